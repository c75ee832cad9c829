//! An earlier map of a region or fire that is shown in place of the newest.

/// A run that was published before the current one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EarlierMap {
    /// Name of the region, or id of the fire.
    pub name: String,
    /// Names the run's files.
    pub run_id: String,
}

impl EarlierMap {
    /// What an address names: a run of the chosen fire or region.
    pub fn of_address(address: &super::address::Address) -> Option<Self> {
        let name = address.fire.as_ref().or(address.region.as_ref())?;
        Some(Self { name: name.clone(), run_id: address.run.clone()? })
    }

    /// The metadata of the run, which lies beside its raster.
    pub fn meta_url(&self) -> String {
        format!("/raster/{}/{}.json", self.name, self.run_id)
    }
}

/// Whether a text may name a run: letters and digits, since it becomes a part of an address.
pub fn is_run_id(text: &str) -> bool {
    (1..=40).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::address::Address;

    #[test]
    fn an_address_names_a_run_of_what_it_chose() {
        let url = |fragment: &str| {
            Some(EarlierMap::of_address(&Address::from_fragment(fragment))?.meta_url())
        };
        let run = "20250814T030000Z0001";
        assert_eq!(
            url(&format!("region=madre&run={run}")),
            Some(format!("/raster/madre/{run}.json"))
        );
        assert_eq!(
            url(&format!("region=madre&fire=f1&run={run}")),
            Some(format!("/raster/f1/{run}.json"))
        );
        assert_eq!(url(&format!("run={run}")), None);
        assert_eq!(url("region=madre&run=../../meta/client"), None);
        assert_eq!(url("region=madre"), None);
    }
}
