//! PDF: pages of Letter size in Helvetica, which every reader has, so that no font is carried along
//! and all text can be selected and searched.

use pdf_writer::{Content, Finish, Name, Pdf, Rect, Ref, Str, TextStr};
use serde::Deserialize;

const PAGE: (f32, f32) = (612.0, 792.0);
const MARGIN: f32 = 64.0;
const WIDTH: f32 = PAGE.0 - 2.0 * MARGIN;
const SIZE: f32 = 10.5;
const LEADING: f32 = 15.0;
const GREY: f32 = 0.42;

/// What stands on the pages.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Paper {
    /// Title, at the top and in the file's properties.
    title: String,
    /// Who issues it, above the title.
    issuer: String,
    /// What follows.
    blocks: Vec<Block>,
}

/// A part of the text.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum Block {
    Heading(String),
    /// A paragraph; its line breaks stay.
    Text(String),
    /// Names and what they stand for.
    Facts(Vec<(String, String)>),
    Table {
        columns: Vec<Column>,
        rows: Vec<Vec<String>>,
    },
    /// What follows begins on a new page.
    Page,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Column {
    label: String,
    /// Part of the width, of all columns' together.
    share: f32,
    /// Amounts stand at the right.
    #[serde(default)]
    right: bool,
}

impl Paper {
    /// The file.
    pub fn bytes(&self) -> Result<Vec<u8>, String> {
        let mut layout = Layout::default();
        layout.line(&self.issuer, Font::Bold, 9.0, MARGIN)?;
        layout.down(26.0);
        for line in wrapped(&self.title, Font::Bold, 19.0, WIDTH) {
            layout.line(&line, Font::Bold, 19.0, MARGIN)?;
            layout.down(24.0);
        }
        layout.rule();
        layout.down(24.0);
        for block in &self.blocks {
            layout.block(block)?;
        }
        self.written(layout.pages)
    }

    fn written(&self, pages: Vec<Content>) -> Result<Vec<u8>, String> {
        let mut pdf = Pdf::new();
        let mut next = (1..).map(Ref::new);
        let mut take = || next.next().ok_or("too many objects");
        let (catalog, tree, info) = (take()?, take()?, take()?);
        let (regular, bold) = (take()?, take()?);
        pdf.catalog(catalog).pages(tree);
        pdf.document_info(info).title(TextStr(&self.title));
        let count = pages.len();
        let mut kids = Vec::new();
        for (number, mut content) in (1..).zip(pages) {
            let (id, stream) = (take()?, take()?);
            kids.push(id);
            let foot = format!("{}, page {number} of {count}", self.title);
            shown(&mut content, &foot, Font::Regular, 8.0, (MARGIN, 36.0))?;
            let mut page = pdf.page(id);
            page.media_box(Rect::new(0.0, 0.0, PAGE.0, PAGE.1));
            page.parent(tree).contents(stream);
            let mut resources = page.resources();
            let mut fonts = resources.fonts();
            fonts.pair(Font::Regular.name(), regular);
            fonts.pair(Font::Bold.name(), bold);
            fonts.finish();
            resources.finish();
            page.finish();
            pdf.stream(stream, &content.finish());
        }
        let count = i32::try_from(count).map_err(|_| "too many pages")?;
        pdf.pages(tree).kids(kids).count(count);
        for (id, name) in [(regular, "Helvetica"), (bold, "Helvetica-Bold")] {
            let mut font = pdf.type1_font(id);
            font.base_font(Name(name.as_bytes()));
            font.encoding_predefined(Name(b"WinAnsiEncoding"));
        }
        Ok(pdf.finish())
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Font {
    Regular,
    Bold,
}

impl Font {
    fn name(self) -> Name<'static> {
        match self {
            Self::Regular => Name(b"F1"),
            Self::Bold => Name(b"F2"),
        }
    }
}

/// Pages as they fill from the top.
#[derive(Default)]
struct Layout {
    pages: Vec<Content>,
    y: f32,
}

impl Layout {
    fn block(&mut self, block: &Block) -> Result<(), String> {
        match block {
            Block::Heading(text) => {
                self.room(60.0);
                self.down(8.0);
                self.line(text, Font::Bold, 12.0, MARGIN)?;
                self.down(19.0);
            }
            Block::Text(text) => {
                for line in wrapped(text, Font::Regular, SIZE, WIDTH) {
                    self.line(&line, Font::Regular, SIZE, MARGIN)?;
                    self.down(LEADING);
                }
                self.down(7.0);
            }
            Block::Facts(facts) => {
                for (name, text) in facts {
                    self.room(LEADING);
                    self.line(name, Font::Bold, SIZE, MARGIN)?;
                    for line in wrapped(text, Font::Regular, SIZE, WIDTH - 140.0) {
                        self.line(&line, Font::Regular, SIZE, MARGIN + 140.0)?;
                        self.down(LEADING);
                    }
                }
                self.down(7.0);
            }
            Block::Table { columns, rows } => {
                let labels: Vec<String> = columns.iter().map(|c| c.label.clone()).collect();
                self.row(columns, &labels, Font::Bold)?;
                for row in rows {
                    self.row(columns, row, Font::Regular)?;
                }
                self.down(12.0);
            }
            Block::Page => self.begin(),
        }
        Ok(())
    }

    /// A row of a table, with a rule under it.
    fn row(&mut self, columns: &[Column], cells: &[String], font: Font) -> Result<(), String> {
        let whole: f32 = columns.iter().map(|column| column.share).sum();
        let mut x = MARGIN;
        let mut placed = Vec::new();
        let mut most: u8 = 1;
        for (column, cell) in columns.iter().zip(cells) {
            let width = WIDTH * column.share / whole;
            let inner = width - 10.0;
            for (number, line) in (0..).zip(wrapped(cell, font, SIZE, inner)) {
                let slack = match column.right {
                    true => width - measured(&line, font, SIZE),
                    false => 0.0,
                };
                placed.push((line, x + slack, number));
                most = most.max(number + 1);
            }
            x += width;
        }
        self.room(LEADING * f32::from(most) + 8.0);
        let top = self.y;
        for (line, x, number) in placed {
            self.y = top - LEADING * f32::from(number);
            self.line(&line, font, SIZE, x)?;
        }
        self.y = top - LEADING * f32::from(most) + 9.0;
        self.rule();
        self.down(17.0);
        Ok(())
    }

    /// One line of text at this height.
    fn line(&mut self, text: &str, font: Font, size: f32, x: f32) -> Result<(), String> {
        self.room(0.0);
        let at = (x, self.y);
        self.page(|content| shown(content, text, font, size, at))
    }

    fn rule(&mut self) {
        let y = self.y;
        self.page(|content| {
            content.set_line_width(0.5).set_stroke_gray(GREY);
            content.move_to(MARGIN, y).line_to(PAGE.0 - MARGIN, y);
            content.stroke();
        });
    }

    fn down(&mut self, by: f32) {
        self.y -= by;
    }

    /// Begins a page where this much does not fit on it.
    fn room(&mut self, height: f32) {
        if self.pages.is_empty() || self.y - height < MARGIN {
            self.begin();
        }
    }

    fn begin(&mut self) {
        self.pages.push(Content::new());
        self.y = PAGE.1 - MARGIN;
    }

    fn page<T>(&mut self, write: impl FnOnce(&mut Content) -> T) -> T {
        if self.pages.is_empty() {
            self.begin();
        }
        match self.pages.last_mut() {
            Some(page) => write(page),
            None => write(&mut Content::new()),
        }
    }
}

fn shown(
    content: &mut Content,
    text: &str,
    font: Font,
    size: f32,
    (x, y): (f32, f32),
) -> Result<(), String> {
    let bytes: Result<Vec<u8>, String> = text.chars().map(win_ansi).collect();
    content.begin_text().set_font(font.name(), size);
    content.next_line(x, y).show(Str(&bytes?)).end_text();
    Ok(())
}

/// The byte of a character in the encoding of the fonts.
fn win_ansi(of: char) -> Result<u8, String> {
    match of {
        ' '..='~' | '\u{a0}'..='\u{ff}' => u8::try_from(u32::from(of)).map_err(|e| e.to_string()),
        '€' => Ok(0x80),
        '…' => Ok(0x85),
        '‘' => Ok(0x91),
        '’' => Ok(0x92),
        '“' => Ok(0x93),
        '”' => Ok(0x94),
        '•' => Ok(0x95),
        '–' => Ok(0x96),
        '—' => Ok(0x97),
        _ => Err(format!("Helvetica has no {of:?}")),
    }
}

/// Lines no wider than this.
fn wrapped(text: &str, font: Font, size: f32, width: f32) -> Vec<String> {
    let mut lines = Vec::new();
    for paragraph in text.trim_end().split('\n') {
        let mut line = String::new();
        for word in paragraph.split(' ') {
            let longer = format!("{line} {word}");
            if line.is_empty() {
                word.clone_into(&mut line);
            } else if measured(&longer, font, size) <= width {
                line = longer;
            } else {
                lines.push(std::mem::replace(&mut line, word.to_owned()));
            }
        }
        lines.push(line);
    }
    lines
}

/// How wide a text is.
fn measured(text: &str, font: Font, size: f32) -> f32 {
    let thousandths: f32 = text.chars().map(|c| f32::from(advance(c))).sum();
    // Letters of the bold face are a little wider; its figures are not.
    let digits = text.chars().all(|c| !c.is_alphabetic());
    let wider = match font {
        Font::Bold if !digits => 1.07,
        _ => 1.0,
    };
    thousandths * size * wider / 1000.0
}

/// Width of a letter of Helvetica, in thousandths of its size.
fn advance(of: char) -> u16 {
    let of = u32::from(of);
    let printed = of.checked_sub(32).and_then(|of| usize::try_from(of).ok());
    printed
        .and_then(|of| ADVANCES.get(of))
        .copied()
        .unwrap_or(556)
}

/// From the space on to the tilde.
#[rustfmt::skip]
const ADVANCES: [u16; 95] = [
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278,
    556, 556, 556, 556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556,
    1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833, 722, 778,
    667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556,
    333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556,
    556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
];
