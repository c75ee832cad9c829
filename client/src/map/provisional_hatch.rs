//! The hatch above the severity of provisional ground: thin lines, so that the colour of its class
//! stays in sight.

/// Cells from one line to the next, along a row.
const PERIOD: usize = 3;
/// The brightness above which a colour takes dark lines.
const BRIGHT: u32 = 96;

/// The ground of the hatch in the legend: moderate severity.
pub const SWATCH: [u8; 4] = [0xf5, 0x97, 0x33, 255];

/// The colour of a provisional cell at a place in its tile; clear where its class is not painted.
pub fn hatched(colour: [u8; 4], column: usize, row: usize) -> [u8; 4] {
    let [red, green, blue, opacity] = colour;
    if opacity == 0 || !(column + row).is_multiple_of(PERIOD) {
        return colour;
    }
    let brightness = (2 * u32::from(red) + 5 * u32::from(green) + u32::from(blue)) / 8;
    let line = if brightness > BRIGHT { 0 } else { 255 };
    [line, line, line, opacity]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_cell_of_three_is_a_line_that_contrasts_with_its_class() {
        let high = [0x5c, 0x0a, 0x2a, 255];
        let cells: Vec<_> = (0..3).map(|column| hatched(high, column, 0)).collect();
        assert_eq!(cells, [[255; 4], high, high]);
        assert_eq!(hatched([0xfd, 0xe2, 0x6b, 255], 1, 2), [0, 0, 0, 255]);
        assert_eq!(hatched([9, 9, 9, 0], 0, 0), [9, 9, 9, 0]);
    }
}
