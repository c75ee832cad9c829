//! A deployment: its settings, its folders, and who may read and write there.

pub(crate) mod layout;
pub(crate) mod ownership;
pub(crate) mod permissions;
pub(crate) mod settings;
