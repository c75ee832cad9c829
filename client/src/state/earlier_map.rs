//! An earlier map of a region or fire that is shown in place of the newest, by the name of that and of
//! its run: `madre/20250814T030000Z0001`. One text, since signals of texts are in the page anyway.

use super::address::Address;

/// What an address names: a run of the chosen fire or region.
pub fn earlier_of_address(address: &Address) -> Option<String> {
    let name = address.fire.as_ref().or(address.region.as_ref())?;
    Some(earlier_map(name, address.run.as_ref()?))
}

/// A run of a region or fire.
pub fn earlier_map(name: &str, run_id: &str) -> String {
    format!("{name}/{run_id}")
}

/// The run of an earlier map; `None` where that is of another region or fire.
pub fn run_of<'a>(earlier: &'a str, name: &str) -> Option<&'a str> {
    earlier.strip_prefix(name)?.strip_prefix('/')
}

/// The metadata of the run, which lies beside its raster.
pub fn meta_url(earlier: &str) -> String {
    format!("/raster/{earlier}.json")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_names_a_run_of_what_it_chose() {
        let url = |fragment: &str| {
            Some(meta_url(&earlier_of_address(&Address::from_fragment(fragment))?))
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
        assert_eq!(run_of("madre/r1", "madre"), Some("r1"));
        assert_eq!(run_of("madre_2/r1", "madre"), None);
    }
}
