//! The panel beside the map: the list of regions, one region, the legend.

pub mod fire_facts;
pub mod fire_list;
pub mod item_list;
pub mod legend_row;
pub mod legend_view;
pub mod region_facts;
pub mod region_list;
pub mod region_panel;
pub mod region_panel_content;
pub mod result_legend;
pub mod side_panel;
