//! Text as a search sees it: without case, accents and punctuation.

/// The plain letters of `À` to `ſ`, one each; those that need two are replaced before.
const LATIN: &[u8; 192] = b"aaaaaaaceeeeiiiidnooooo ouuuuytsaaaaaaaceeeeiiiidnooooo ouuuuyty\
    aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiiijjkkkllllllllllnnnnnnnnnoooooooorrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";
/// Those of `Ạ` to `ỹ`, which Vietnamese needs.
const VIETNAMESE: &[u8; 90] =
    b"aaaaaaaaaaaaaaaaaaaaaaaaeeeeeeeeeeeeeeeeiiiioooooooooooooooooooooooouuuuuuuuuuuuuuyyyyyyyy";

/// Lower case, without accents; a hyphen is a space, an apostrophe nothing. Other scripts stay as
/// they are.
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for letter in text.chars() {
        fold_letter(letter, &mut folded);
    }
    folded
}

fn fold_letter(letter: char, folded: &mut String) {
    let code = letter as usize;
    match letter {
        '\'' | '’' | '‘' | 'ʻ' | 'ʼ' | '`' | '´' | '\u{300}'..='\u{36f}' => {}
        'ß' => folded.push_str("ss"),
        'æ' | 'Æ' => folded.push_str("ae"),
        'œ' | 'Œ' => folded.push_str("oe"),
        'À'..='ſ' => folded.push(char::from(LATIN[code - 0xc0])),
        'Ạ'..='ỹ' => folded.push(char::from(VIETNAMESE[code - 0x1ea0])),
        'Ơ' | 'ơ' => folded.push('o'),
        'Ư' | 'ư' => folded.push('u'),
        'Ș' | 'ș' => folded.push('s'),
        'Ț' | 'ț' => folded.push('t'),
        _ if letter.is_ascii_alphanumeric() => folded.push(letter.to_ascii_lowercase()),
        _ if letter.is_ascii() || letter.is_whitespace() || letter == '–' => folded.push(' '),
        // Unicode's own table of cases would weigh more than the rest of the search.
        'Α'..='Ω' | 'А'..='Я' => folded.extend(char::from_u32(letter as u32 + 0x20)),
        'Ά' | 'ά' => folded.push('α'),
        'Έ' | 'έ' => folded.push('ε'),
        'Ή' | 'ή' => folded.push('η'),
        'Ί' | 'Ϊ' | 'ί' | 'ϊ' | 'ΐ' => folded.push('ι'),
        'Ό' | 'ό' => folded.push('ο'),
        'Ύ' | 'Ϋ' | 'ύ' | 'ϋ' | 'ΰ' => folded.push('υ'),
        'Ώ' | 'ώ' => folded.push('ω'),
        'ς' => folded.push('σ'),
        'Ё' | 'ё' => folded.push('е'),
        'Ѐ'..='Џ' => folded.extend(char::from_u32(letter as u32 + 0x50)),
        _ => folded.push(letter),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accents_and_case_do_not_count() {
        let check = |text, folded: &str| assert_eq!(fold(text), folded, "{text}");
        check("Évia Größe", "evia grosse");
        check("Şanlıurfa", "sanliurfa");
        check("L’Aquila", "laquila");
        check("Saint-Denis", "saint denis");
        check("Đà Nẵng", "da nang");
        check("Łódź, ſ", "lodz  s");
        check("Cafe\u{301}", "cafe");
        check("ΑΘΗΝΑ Москва", "αθηνα москва");
        check("Ιστιαία ΊΣΤΡΟΣ Ίστρος ΐΰ", "ιστιαια ιστροσ ιστροσ ιυ");
        check("Орёл ЄЇ", "орел єї");
        check("Œuf Æon", "oeuf aeon");
    }

    #[test]
    fn every_letter_of_the_tables_is_a_plain_one() {
        for letter in ('À'..='ſ').chain('Ạ'..='ỹ').filter(|letter| letter.is_alphabetic()) {
            assert!(
                fold(&letter.to_string()).bytes().all(|byte| byte.is_ascii_lowercase()),
                "{letter}"
            );
        }
    }
}
