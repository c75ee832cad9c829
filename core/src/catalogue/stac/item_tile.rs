//! The tile of the satellite's grid that an item shows.

use super::Item;

impl Item {
    /// The tile of the satellite's own grid, such as `MGRS-10TFK` or `WRS2-033032`; without one,
    /// the place of the box.
    pub fn tile_name(&self) -> String {
        let properties = &self.properties;
        if let Some(code) = &properties.grid_code {
            return code.clone();
        }
        if let (Some(path), Some(row)) = (&properties.wrs_path, &properties.wrs_row) {
            return format!("WRS2-{path:0>3}{row:0>3}");
        }
        let named = || self.id.split(['_', '.']).find_map(mgrs_tile);
        if let Some(tile) = properties.mgrs_tile.as_deref().or_else(named) {
            return format!("MGRS-{tile}");
        }
        match self.bbox() {
            Some([west, south, east, north]) => {
                format!("{:.1},{:.1}", (west + east) / 2.0, (south + north) / 2.0)
            }
            None => self.id.clone(),
        }
    }
}

/// A tile in a part of a name: `10TFK`, or `T10TFK` as ESA and HLS write it.
fn mgrs_tile(part: &str) -> Option<&str> {
    let tile = part
        .strip_prefix('T')
        .filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
        .unwrap_or(part);
    let digits = tile.bytes().take_while(u8::is_ascii_digit).count();
    let letters = &tile.as_bytes()[digits..];
    (matches!(digits, 1 | 2) && letters.len() == 3 && letters.iter().all(u8::is_ascii_uppercase))
        .then_some(tile)
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    fn check_tile(id: &str, properties: &str, tile: &str) {
        let item: Item = serde_json::from_str(&format!(
            r#"{{"id":"{id}","bbox":[-121.5,39.5,-121,40],"properties":{{"platform":"a"{properties}}}}}"#
        ))
        .unwrap();
        assert_eq!(item.tile_name(), tile, "{id} {properties}");
    }

    #[test]
    fn a_tile_is_named_in_many_ways() {
        check_tile("a", r#","grid:code":"MGRS-10TFK""#, "MGRS-10TFK");
        check_tile("a", r#","s2:mgrs_tile":"06VVN""#, "MGRS-06VVN");
        check_tile("a", r#","landsat:wrs_path":"033","landsat:wrs_row":"032""#, "WRS2-033032");
        check_tile("a", r#","landsat:wrs_path":1,"landsat:wrs_row":62"#, "WRS2-001062");
        check_tile("HLS.L30.T06WVS.2024120T211159.v2.0", "", "MGRS-06WVS");
        check_tile("S2A_28QCH_20200714_0_L2A", "", "MGRS-28QCH");
        check_tile("S2B_MSIL2A_20190629T212529_R043_T06VVN_20201006T080531", "", "MGRS-06VVN");
        check_tile("scene", "", "-121.2,39.8");
    }
}
