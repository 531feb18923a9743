//! Pictures: shapes and words, painted one over the other.

use embedded_graphics::Drawable;
use embedded_graphics::mono_font::iso_8859_1::{FONT_6X13, FONT_6X13_BOLD, FONT_10X20};
use embedded_graphics::mono_font::{MonoFont, MonoTextStyle};
use embedded_graphics::pixelcolor::BinaryColor;
use embedded_graphics::prelude::{DrawTarget, OriginDimensions, Pixel, Point, Size};
use embedded_graphics::text::{Baseline, Text};
use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::{ExtendedColorType, ImageEncoder, Rgb, RgbImage};
use serde::Deserialize;

/// The longest side of a picture.
const LONGEST: u32 = 2_000;

/// What is to be seen.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Picture {
    size: (u32, u32),
    ground: Fill,
    /// How much a camera's noise changes a pixel, at most.
    #[serde(default)]
    grain: u8,
    shapes: Vec<Shape>,
}

/// A colour such as `#1a2b3c` or `#1a2b3c80`, or one at the top and one at the bottom.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
enum Fill {
    Plain(Colour),
    Fading(Colour, Colour),
}

/// Red, green, blue and how opaque.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(try_from = "String")]
struct Colour([u8; 4]);

impl TryFrom<String> for Colour {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let bytes = text
            .strip_prefix('#')
            .and_then(|text| hex::decode(text).ok());
        match bytes.as_deref() {
            Some([r, g, b]) => Ok(Self([*r, *g, *b, 255])),
            Some([r, g, b, alpha]) => Ok(Self([*r, *g, *b, *alpha])),
            _ => Err(format!("{text} is no colour")),
        }
    }
}

const INK: Fill = Fill::Plain(Colour([16, 16, 16, 255]));

/// Something on it. `at` is the corner at the top left, or the centre of an ellipse.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
enum Shape {
    Rect {
        at: (f32, f32),
        size: (f32, f32),
        #[serde(default)]
        round: f32,
        fill: Fill,
    },
    Ellipse {
        at: (f32, f32),
        radii: (f32, f32),
        /// Which part of it fades away towards its edge.
        #[serde(default)]
        soft: f32,
        fill: Fill,
    },
    Polygon {
        points: Vec<(f32, f32)>,
        fill: Fill,
    },
    Text {
        at: (f32, f32),
        text: String,
        #[serde(default)]
        font: Font,
        #[serde(default = "one")]
        scale: u16,
        fill: Fill,
    },
    /// Code 39.
    Barcode {
        at: (f32, f32),
        size: (f32, f32),
        text: String,
    },
}

#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Font {
    Small,
    Bold,
    #[default]
    Large,
}

fn one() -> u16 {
    1
}

impl Picture {
    /// As PNG.
    pub fn png(&self) -> Result<Vec<u8>, String> {
        let mut bytes = Vec::new();
        self.encode(PngEncoder::new(&mut bytes))?;
        Ok(bytes)
    }

    /// As JPEG.
    pub fn jpeg(&self) -> Result<Vec<u8>, String> {
        let mut bytes = Vec::new();
        self.encode(JpegEncoder::new_with_quality(&mut bytes, 86))?;
        Ok(bytes)
    }

    fn encode(&self, encoder: impl ImageEncoder) -> Result<(), String> {
        let image = self.painted()?;
        let (width, height) = image.dimensions();
        let written = encoder.write_image(&image, width, height, ExtendedColorType::Rgb8);
        written.map_err(|error| error.to_string())
    }

    fn painted(&self) -> Result<RgbImage, String> {
        let (width, height) = self.size;
        if width.max(height) > LONGEST {
            return Err(format!("{width} x {height} is too large"));
        }
        let mut canvas = Canvas(RgbImage::new(width, height));
        #[allow(clippy::cast_precision_loss)] // at most `LONGEST`
        let whole = (width as f32, height as f32);
        canvas.paint((0.0, 0.0), whole, &self.ground, |_, _| 1.0);
        for shape in &self.shapes {
            shape.paint(&mut canvas)?;
        }
        canvas.grain(i16::from(self.grain));
        Ok(canvas.0)
    }
}

impl Shape {
    fn paint(&self, canvas: &mut Canvas) -> Result<(), String> {
        match self {
            Self::Rect {
                at: (left, top),
                size: (width, height),
                round,
                fill,
            } => {
                // Half a pixel at least, so that a straight edge is met in full.
                let round = round.max(0.5);
                // How far beyond the straight part of an edge.
                let beyond = |at: f32, from: f32, size: f32| {
                    (from + round - at).max(at - (from + size - round)).max(0.0)
                };
                canvas.paint((*left, *top), (*width, *height), fill, |x, y| {
                    let (x, y) = (beyond(x, *left, *width), beyond(y, *top, *height));
                    (round - (x * x + y * y).sqrt() + 0.5).clamp(0.0, 1.0)
                });
            }
            Self::Ellipse {
                at: (x0, y0),
                radii: (a, b),
                soft,
                fill,
            } => canvas.paint((x0 - a, y0 - b), (2.0 * a, 2.0 * b), fill, |x, y| {
                let (x, y) = ((x - x0) / a, (y - y0) / b);
                let inside = 1.0 - (x * x + y * y).sqrt();
                (inside / soft.max(1.0 / a.min(*b))).clamp(0.0, 1.0)
            }),
            Self::Polygon { points, fill } => {
                let (xs, ys) = (points.iter().map(|p| p.0), points.iter().map(|p| p.1));
                let (left, top) = (
                    xs.clone().fold(f32::MAX, f32::min),
                    ys.clone().fold(f32::MAX, f32::min),
                );
                let size = (xs.fold(left, f32::max) - left, ys.fold(top, f32::max) - top);
                canvas.paint((left, top), size, fill, |x, y| covered(points, x, y));
            }
            Self::Text {
                at,
                text,
                font,
                scale,
                fill,
            } => canvas.write(*at, text, *font, *scale, fill)?,
            Self::Barcode { at, size, text } => canvas.bars(*at, *size, text)?,
        }
        Ok(())
    }
}

/// How much of a pixel a polygon covers: of four points in it.
fn covered(points: &[(f32, f32)], x: f32, y: f32) -> f32 {
    let within = |x: f32, y: f32| {
        let sides = points.iter().zip(points.iter().cycle().skip(1));
        let crossed = sides.filter(|((x0, y0), (x1, y1))| {
            (*y0 > y) != (*y1 > y) && x < x0 + (y - y0) / (y1 - y0) * (x1 - x0)
        });
        crossed.count() % 2 == 1
    };
    let at = [(-0.25, -0.25), (0.25, -0.25), (-0.25, 0.25), (0.25, 0.25)];
    at.into_iter()
        .filter(|(right, down)| within(x + right, y + down))
        .map(|_| 0.25)
        .sum()
}

struct Canvas(RgbImage);

impl Canvas {
    /// Paints what is within these bounds, as much of each pixel as `cover` says.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // cut to the picture
    #[allow(clippy::cast_precision_loss)]
    fn paint(
        &mut self,
        (left, top): (f32, f32),
        (width, height): (f32, f32),
        fill: &Fill,
        cover: impl Fn(f32, f32) -> f32,
    ) {
        let (Colour(first), Colour(last)) = match fill {
            Fill::Plain(colour) => (*colour, *colour),
            Fill::Fading(top, bottom) => (*top, *bottom),
        };
        let end = |to: f32, most: u32| (to.ceil().max(0.0) as u32).min(most);
        let columns = left.max(0.0) as u32..end(left + width, self.0.width());
        for row in top.max(0.0) as u32..end(top + height, self.0.height()) {
            let y = row as f32 + 0.5;
            let down = ((y - top) / height).clamp(0.0, 1.0);
            let mix = |from: u8, to: u8| f32::from(from) * (1.0 - down) + f32::from(to) * down;
            let [r, g, b, alpha] = [0, 1, 2, 3].map(|part: usize| {
                let part = |of: &[u8; 4]| of.get(part).copied().unwrap_or(0);
                mix(part(&first), part(&last))
            });
            for column in columns.clone() {
                let share = cover(column as f32 + 0.5, y) * alpha / 255.0;
                if share > 0.0 {
                    let Rgb(under) = self.0.get_pixel_mut(column, row);
                    for (under, over) in under.iter_mut().zip([r, g, b]) {
                        let mixed = f32::from(*under) * (1.0 - share) + over * share;
                        *under = mixed.round() as u8;
                    }
                }
            }
        }
    }

    fn write(
        &mut self,
        (left, top): (f32, f32),
        text: &str,
        font: Font,
        scale: u16,
        fill: &Fill,
    ) -> Result<(), String> {
        let font: &MonoFont<'_> = match font {
            Font::Small => &FONT_6X13,
            Font::Bold => &FONT_6X13_BOLD,
            Font::Large => &FONT_10X20,
        };
        let odd = |c: &char| !matches!(c, ' '..='~' | '\u{a0}'..='\u{ff}' | '\n');
        if let Some(odd) = text.chars().find(odd) {
            return Err(format!("the font has no {odd:?}"));
        }
        let style = MonoTextStyle::new(font, BinaryColor::On);
        let text = Text::with_baseline(text, Point::zero(), style, Baseline::Top);
        let mut dots = Dots::default();
        let Ok(_end) = text.draw(&mut dots);
        let scale = f32::from(scale);
        for (x, y) in dots.0 {
            let at = (left + f32::from(x) * scale, top + f32::from(y) * scale);
            self.paint(at, (scale, scale), fill, |_, _| 1.0);
        }
        Ok(())
    }

    /// Bars and gaps of Code 39, between two asterisks.
    fn bars(
        &mut self,
        (left, top): (f32, f32),
        (width, height): (f32, f32),
        text: &str,
    ) -> Result<(), String> {
        let mut widths = Vec::new();
        for letter in format!("*{text}*").chars() {
            let known = CODE_39.iter().find(|(of, _)| *of == letter);
            let (_, wide) = known.ok_or_else(|| format!("Code 39 has no {letter:?}"))?;
            let bits = (0..9).rev().map(|bit| (wide >> bit) & 1);
            widths.extend(bits.map(|wide| 1.0 + 1.5 * f32::from(wide)));
            widths.push(1.0);
        }
        let unit = width / widths.iter().sum::<f32>();
        let mut x = left;
        for (wide, bar) in widths.into_iter().zip([true, false].into_iter().cycle()) {
            let wide = wide * unit;
            if bar {
                let (from, to) = (x.round(), (x + wide).round());
                self.paint((from, top), (to - from, height), &INK, |_, _| 1.0);
            }
            x += wide;
        }
        Ok(())
    }

    /// A camera's noise, the same in every picture.
    fn grain(&mut self, most: i16) {
        if most == 0 {
            return;
        }
        let mut state: u32 = 0x2545_f491;
        for pixel in self.0.pixels_mut() {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let [.., high] = state.to_le_bytes();
            let by = i16::from(high) % (2 * most + 1) - most;
            for part in &mut pixel.0 {
                let changed = (i16::from(*part) + by).clamp(0, 255);
                *part = u8::try_from(changed).unwrap_or(*part);
            }
        }
    }
}

/// Where a text has ink.
#[derive(Default)]
struct Dots(Vec<(i16, i16)>);

impl OriginDimensions for Dots {
    fn size(&self) -> Size {
        Size::new(LONGEST, LONGEST)
    }
}

impl DrawTarget for Dots {
    type Color = BinaryColor;
    type Error = core::convert::Infallible;

    fn draw_iter<I: IntoIterator<Item = Pixel<BinaryColor>>>(
        &mut self,
        pixels: I,
    ) -> Result<(), Self::Error> {
        let inked = pixels.into_iter().filter(|pixel| pixel.1.is_on());
        let at = inked.filter_map(|Pixel(at, _)| {
            Some((i16::try_from(at.x).ok()?, i16::try_from(at.y).ok()?))
        });
        self.0.extend(at);
        Ok(())
    }
}

/// Which of the nine bars and gaps of a character are wide, first to last.
#[rustfmt::skip]
const CODE_39: [(char, u16); 40] = [
    ('0', 0x034), ('1', 0x121), ('2', 0x061), ('3', 0x160), ('4', 0x031), ('5', 0x130),
    ('6', 0x070), ('7', 0x025), ('8', 0x124), ('9', 0x064), ('A', 0x109), ('B', 0x049),
    ('C', 0x148), ('D', 0x019), ('E', 0x118), ('F', 0x058), ('G', 0x00d), ('H', 0x10c),
    ('I', 0x04c), ('J', 0x01c), ('K', 0x103), ('L', 0x043), ('M', 0x142), ('N', 0x013),
    ('O', 0x112), ('P', 0x052), ('Q', 0x007), ('R', 0x106), ('S', 0x046), ('T', 0x016),
    ('U', 0x181), ('V', 0x0c1), ('W', 0x1c0), ('X', 0x091), ('Y', 0x190), ('Z', 0x0d0),
    ('-', 0x085), ('.', 0x184), (' ', 0x0c4), ('*', 0x094),
];
