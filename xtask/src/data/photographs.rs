//! Photographs to try a network on, with the names of those who took them.

use std::{collections::BTreeMap, fmt::Write as _, path::Path};

use image::{RgbImage, imageops::FilterType};
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

use crate::{
    data::{
        Source, Written, clear_in,
        package::{Registry, unpack},
        put_into, rcc,
    },
    failure::{Failure, Outcome, fail, read, write},
    shell::root,
};

/// The pictures.
pub const SOURCE: Source = Source {
    id: "photographs",
    name: "Photographs",
    package: "gcompris-qt-data 3.1-2 (Debian), sha256 `e9cf06ab2105529068df73085784e835d2ff03f870d2a8091f09125d40abac9f`, \
              and python3-skimage 0.19.3-8 (Debian)",
    package_sha256: "728d88c3e3440f1f3712de0805dc834d29248ff07e1eec8c0f3da07606f752f9",
    licence: "each Public Domain or CC0-1.0",
    credit: "author and source of each picture: `static/samples/photographs/CREDITS.toml`",
    made: "made smaller, longest side 384 pixels, and packed as JPEG",
    convert,
};

/// The sum of the package with most of them.
const GCOMPRIS: &str = "e9cf06ab2105529068df73085784e835d2ff03f870d2a8091f09125d40abac9f";
/// Pixels along the longer side.
const LONGEST: u32 = 384;
/// JPEG's own measure, up to 100.
const QUALITY: u8 = 88;
/// Where they lie.
const FOLDER: &str = "static/samples";

/// A picture to take: its file here, what it shows, and where it is.
struct Wanted {
    name: &'static str,
    title: &'static str,
    from: From,
}

/// A picture's place in its package.
enum From {
    /// The resource file of gcompris and the end of the path in it; a list of credits lies beside it.
    Gcompris(&'static str, &'static str),
    /// The file of scikit-image and its author, named in `skimage/data/_fetchers.py`.
    Skimage(&'static str, &'static str),
}

const fn wanted(name: &'static str, title: &'static str, from: From) -> Wanted {
    Wanted { name, title, from }
}

const FARM: &str = "explore_farm_animals";
const WORLD: &str = "explore_world_animals";
const MONUMENTS: &str = "explore_monuments";
const THINGS: &str = "categorization";

/// In the order in which the page shows them: animals and things that ImageNet has classes for, then those that it has none
/// for, or only others of their kind.
const WANTED: &[Wanted] = &[
    wanted("german-shepherd", "German shepherd", From::Gcompris(FARM, "animals/dog.webp")),
    wanted("cat", "Cat", From::Skimage("chelsea.png", "Stefan van der Walt")),
    wanted("panda", "Giant panda", From::Gcompris(WORLD, "animals/panda.webp")),
    wanted("espresso", "Espresso", From::Skimage("coffee.png", "Rachel Michetti")),
    wanted("scarlet-macaw", "Scarlet macaw", From::Gcompris(WORLD, "animals/scarlet_macaw.webp")),
    wanted("cathedral", "Cathedral", From::Gcompris(MONUMENTS, "germany/berlinCathedral.webp")),
    wanted("reims", "Cathedral of Reims", From::Gcompris(MONUMENTS, "france/reimsCathedral.webp")),
    wanted("santiago", "Cathedral of Santiago", From::Gcompris(THINGS, "monuments/cathedral.webp")),
    wanted("jubilee-church", "Church in Vienna", From::Gcompris(THINGS, "monuments/monument3.webp")),
    wanted("worms", "Cathedral of Worms", From::Gcompris(MONUMENTS, "germany/wormsCathedral.webp")),
    wanted("polar-bear", "Polar bear", From::Gcompris(WORLD, "animals/polar_bear.webp")),
    wanted("lemurs", "Ring-tailed lemurs", From::Gcompris(WORLD, "animals/lemur.webp")),
    wanted("koala", "Koala", From::Gcompris(WORLD, "animals/koala.webp")),
    wanted("chickens", "Chickens", From::Gcompris(FARM, "animals/chicken.webp")),
    wanted("castle", "Castle", From::Gcompris(MONUMENTS, "germany/neuschwansteinCastle.webp")),
    wanted("bison", "Bison", From::Gcompris(WORLD, "animals/bison.webp")),
    wanted("goldfish", "Goldfish", From::Gcompris(THINGS, "fishes/fish25.webp")),
    wanted("komodo-dragon", "Komodo dragon", From::Gcompris(WORLD, "animals/dragon.webp")),
    wanted("jaguars", "Jaguars", From::Gcompris(WORLD, "animals/jaguar.webp")),
    wanted("aqueduct", "Roman aqueduct", From::Gcompris(MONUMENTS, "france/pontduGard.webp")),
    wanted("kitten", "Kitten", From::Gcompris(FARM, "animals/cat.webp")),
    wanted("owl", "Owl", From::Gcompris(FARM, "animals/owl.webp")),
    wanted("gate", "City gate", From::Gcompris(MONUMENTS, "germany/brandenburgGate.webp")),
    wanted("horses", "Horses", From::Gcompris(FARM, "animals/horse.webp")),
    wanted("cow", "Cow", From::Gcompris(FARM, "animals/cow.webp")),
    wanted("sheep", "Sheep", From::Gcompris(FARM, "animals/sheep.webp")),
    wanted("duck", "Duck", From::Gcompris(FARM, "animals/duck.webp")),
    wanted("giraffes", "Giraffes", From::Gcompris(WORLD, "animals/giraffe.webp")),
    wanted("hedgehog", "Hedgehog", From::Gcompris(WORLD, "animals/hedgehog.webp")),
    wanted("moose", "Moose", From::Gcompris(WORLD, "animals/moose.webp")),
    wanted("capitol", "United States Capitol", From::Gcompris(THINGS, "monuments/usCapitol.webp")),
    wanted("opera-house", "Sydney Opera House", From::Gcompris(THINGS, "monuments/operaHouse.webp")),
    wanted("taj-mahal", "Taj Mahal", From::Gcompris(THINGS, "monuments/tajMahal.webp")),
];

/// Who took a picture, under which licence, and where it was found.
struct Credit {
    author: String,
    licence: String,
    source: String,
}

fn convert(source: &Source) -> Outcome<Vec<Written>> {
    let skimage = unpack(Registry::Debian, "python3-skimage", "0.19.3-8", source.package_sha256)?
        .join("usr/lib/python3/dist-packages/skimage/data");
    let resources = unpack(Registry::Debian, "gcompris-qt-data", "3.1-2", GCOMPRIS)?.join("usr/share/gcompris-qt/rcc");
    let mut archives = BTreeMap::new();
    for archive in [FARM, WORLD, MONUMENTS, THINGS] {
        archives.insert(archive, rcc::files(&read(&resources.join(format!("{archive}.rcc")))?)?);
    }
    clear_in(FOLDER, "photographs")?;
    let mut credits =
        String::from("# Written by `cargo xtask data photographs`, from the packages' own lists of credits.\n");
    let mut written = Vec::new();
    for Wanted { name, title, from } in WANTED {
        let (bytes, credit) = match from {
            From::Gcompris(archive, place) => gcompris(&archives[archive], place)?,
            From::Skimage(file, author) => (read(&skimage.join(file))?, by_skimage(file, author)),
        };
        if !["Public Domain", "CC0-1.0"].contains(&credit.licence.as_str()) {
            return fail(format!("{name} may not be shown here: {}.", credit.licence));
        }
        let small = shrink(&bytes)?;
        let (width, height) = small.dimensions();
        written.push(put_into(FOLDER, &format!("photographs/{name}.jpg"), 1, &jpeg(&small)?)?);
        let Credit { author, licence, source } = credit;
        let _ = write!(
            credits,
            "\n[[photograph]]\nfile = \"{name}.jpg\"\ntitle = \"{title}\"\nwidth = {width}\nheight = {height}\n\
             author = {author:?}\nlicence = \"{licence}\"\nsource = {source:?}\n"
        );
    }
    write(&root().join(FOLDER).join("photographs/CREDITS.toml"), credits)?;
    Ok(written)
}

fn by_skimage(file: &str, author: &str) -> Credit {
    Credit {
        author: author.into(),
        licence: "CC0-1.0".into(),
        source: format!("https://github.com/scikit-image/scikit-image/blob/v0.19.3/skimage/data/{file}"),
    }
}

/// A picture of a resource file and its credit in the README of its folder or of one above.
fn gcompris(files: &[(String, Vec<u8>)], place: &str) -> Outcome<(Vec<u8>, Credit)> {
    let Some((path, bytes)) = files.iter().find(|(path, _)| path.ends_with(&format!("/{place}"))) else {
        return fail(format!("There is no {place} in its resource file."));
    };
    let credit = Path::new(path).ancestors().skip(1).find_map(|folder| {
        let readme = folder.join("README");
        let (_, text) = files.iter().find(|(path, _)| Path::new(path) == readme)?;
        let below = Path::new(path).strip_prefix(folder).ok()?;
        find_credit(&String::from_utf8_lossy(text), &below.to_string_lossy())
    });
    let credit = credit.ok_or_else(|| Failure(format!("Nobody is named for {place}.")))?;
    Ok((bytes.clone(), credit))
}

/// The credit of a file in a list of paragraphs `Copyright: … License: … Source: … Files: …`.
fn find_credit(readme: &str, file: &str) -> Option<Credit> {
    let listed = |paragraph: &&str| {
        paragraph.split_once("Files:").is_some_and(|(_, files)| files.lines().any(|line| line.trim() == file))
    };
    let paragraph = readme.split("\n\n").find(listed)?;
    let field = |name: &str| {
        let line = paragraph.lines().find_map(|line| line.strip_prefix(name))?;
        Some(line.trim().to_string())
    };
    Some(Credit { author: field("Copyright:")?, licence: field("License:")?, source: field("Source:")? })
}

/// The picture with its longer side brought down to [`LONGEST`]. The filter is a polynomial, so every machine gives the
/// same bytes.
fn shrink(bytes: &[u8]) -> Outcome<RgbImage> {
    let picture = image::load_from_memory(bytes).map_err(|error| Failure(format!("A picture: {error}.")))?.to_rgb8();
    let (width, height) = picture.dimensions();
    let longest = width.max(height);
    if longest <= LONGEST {
        return Ok(picture);
    }
    let side = |length: u32| (length * LONGEST + longest / 2) / longest;
    Ok(image::imageops::resize(&picture, side(width), side(height), FilterType::CatmullRom))
}

/// Packs a picture, its colours at full resolution: at half of it, the network is less sure of the espresso.
fn jpeg(picture: &RgbImage) -> Outcome<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, QUALITY);
    encoder.set_sampling_factor(SamplingFactor::F_1_1);
    encoder.set_optimized_huffman_tables(true);
    let (width, height) = picture.dimensions();
    encoder
        .encode(picture.as_raw(), width as u16, height as u16, ColorType::Rgb)
        .map_err(|error| Failure(format!("A picture could not be packed: {error}.")))?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credits_are_found_by_file() {
        let readme = "Copyright: Ada\nLicense: CC0-1.0\nSource: https://a\nFiles:\ncat.webp\n\n\
                      Copyright: Bob\nSource: https://b\nLicense: CC-BY-SA 4.0\nFiles:\nx/dog.webp\n";
        let credit = find_credit(readme, "x/dog.webp").unwrap();
        assert_eq!((&*credit.author, &*credit.licence, &*credit.source), ("Bob", "CC-BY-SA 4.0", "https://b"));
        assert!(find_credit(readme, "dog.webp").is_none());
    }

    #[test]
    fn long_sides_are_brought_down() {
        let mut bytes = std::io::Cursor::new(Vec::new());
        RgbImage::new(1024, 683).write_to(&mut bytes, image::ImageFormat::Png).unwrap();
        assert_eq!(shrink(bytes.get_ref()).unwrap().dimensions(), (384, 256));
    }
}
