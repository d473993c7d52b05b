//! A small PDF, of which only the lines vary.

/// The file around the lines. What comes before them stands where its table of contents says.
const FILE: &str = include_str!("pages/report.txt");

/// A page of plain lines.
pub fn one_page(lines: &[String]) -> Vec<u8> {
    let shown = |line: &String| format!("({}) Tj T*\n", escape(line));
    let lines: String = lines.iter().map(shown).collect();
    let text = format!("BT /F1 11 Tf 50 790 Td 16 TL\n{lines}ET");
    let file = FILE.replace("{length}", &text.len().to_string());
    let file = file.replace("{text}", &text);
    let table = file.rfind("\nxref\n").map_or(0, |end| end + 1);
    file.replace("{table}", &table.to_string()).into_bytes()
}

/// Text inside a PDF string; the built-in font knows ASCII for certain.
fn escape(text: &str) -> String {
    let letters = text.chars().flat_map(|letter| match letter {
        '(' | ')' | '\\' => vec!['\\', letter],
        ' '..='~' => vec![letter],
        _ => vec!['?'],
    });
    letters.collect()
}
