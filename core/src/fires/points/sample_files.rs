//! Small files of points for tests.

/// The first row of each of NASA's layouts, as the services send it.
pub(super) const LAYOUTS: [(&str, &str); 8] = [
    (
        "latitude,longitude,bright_ti4,scan,track,acq_date,acq_time,satellite,confidence,version,bright_ti5,frp,daynight\n\
         19.34852,-155.05531,329.3,0.6,0.7,2017-12-04,18,N,nominal,1.0NRT,300.2,26.9,D",
        "1934852 -15505531 2017-12-04T00:18 SuomiNpp NearRealTime 100 600×700 Nominal None",
    ),
    (
        "latitude,longitude,brightness,scan,track,acq_date,acq_time,satellite,confidence,version,bright_t31,frp,daynight\n\
         17.893,-92.491,301.6,2.7,1.6,2017-12-04,355,T,42,6.0NRT,290.2,17.7,N",
        "1789300 -9249100 2017-12-04T03:55 Terra NearRealTime 600 2700×1600 Nominal None",
    ),
    (
        "latitude,longitude,bright_ti4,scan,track,acq_date,acq_time,satellite,instrument,confidence,version,bright_ti5,frp,daynight\n\
         38.92123,-9.00895,319.19,0.39,0.36,2026-07-24,230,N20,VIIRS,n,2.0NRT,295.82,2.22,N",
        "3892123 -900895 2026-07-24T02:30 Noaa20 NearRealTime 200 390×360 Nominal None",
    ),
    (
        "latitude,longitude,brightness,scan,track,acq_date,acq_time,satellite,instrument,confidence,version,bright_t31,frp,daynight,type\n\
         40.15351,-74.769,319.16,0.4,0.37,2025-01-07,0643,N20,VIIRS,n,2,261.48,1.78,N,2",
        "4015351 -7476900 2025-01-07T06:43 Noaa20 Standard 200 400×370 Nominal Some(StaticLand)",
    ),
    (
        "latitude,longitude,brightness,scan,track,acq_date,acq_time,satellite,instrument,confidence,version,bright_t31,frp,daynight,type\n\
         4.5698,-69.2416,303,1.1,1,2022-01-01,0252,Terra,MODIS,80,6.03,292.6,3.7,N,0",
        "456980 -6924160 2022-01-01T02:52 Terra Standard 603 1100×1000 High Some(Vegetation)",
    ),
    (
        "latitude,longitude,bright_ti4,scan,track,acq_date,acq_time,satellite,confidence,version,bright_ti5,frp,daynight\n\
         13.72419,31.55051,297.62,0.62,0.54,2023-11-09,00:00,1,nominal,2.0NRT,282.59,1.77,N",
        "1372419 3155051 2023-11-09T00:00 Noaa20 NearRealTime 200 620×540 Nominal None",
    ),
    (
        "country_id,latitude,longitude,bright_ti4,scan,track,acq_date,acq_time,satellite,instrument,confidence,version,bright_ti5,frp,daynight\n\
         PRT,38.9212,-9.01222,308.08,0.48,0.65,2026-07-24,137,N21,VIIRS,l,2.0NRT,291.33,1.88,N",
        "3892120 -901222 2026-07-24T01:37 Noaa21 NearRealTime 200 480×650 Low None",
    ),
    (
        "\u{feff}LATITUDE,LONGITUDE,BRIGHTNESS,SCAN,TRACK,ACQ_DATE,ACQ_TIME,SATELLITE,INSTRUMENT,CONFIDENCE,VERSION,BRIGHT_T31,FRP\r\n\
         35.141,-118.847,323.7,1.1,1.1,2000-11-07,1911,Aqua,MODIS,29,6.1,293.7,22.2\r",
        "3514100 -11884700 2000-11-07T19:11 Aqua Standard 610 1100×1100 Low None",
    ),
];

/// A dBASE table of text fields, as shapefiles hold it.
pub(super) fn dbase(names: &[&str], rows: &[&[&str]]) -> Vec<u8> {
    const WIDTH: u8 = 12;
    let mut bytes = vec![0; 32];
    bytes[0] = 3;
    bytes[4..8].copy_from_slice(&(rows.len() as u32).to_le_bytes());
    bytes[8..10].copy_from_slice(&(33 + 32 * names.len() as u16).to_le_bytes());
    bytes[10..12].copy_from_slice(&(1 + u16::from(WIDTH) * names.len() as u16).to_le_bytes());
    for name in names {
        let mut field = [0; 32];
        field[..name.len()].copy_from_slice(name.as_bytes());
        (field[11], field[16]) = (b'C', WIDTH);
        bytes.extend(field);
    }
    bytes.push(0x0d);
    for row in rows {
        bytes.push(b' ');
        row.iter().for_each(|value| bytes.extend(format!("{value:<12}").bytes()));
    }
    bytes
}
