//! What a host sends faster: each large file of a published site once more, compressed with brotli and gzip, beside it.

use std::{fs, io::Write as _, path::Path, sync::Mutex, thread};

use flate2::{Compression, write::GzEncoder};

use crate::{
    failure::{Failure, Outcome, read, write},
    offline,
};

/// What gains from compression; data comes compressed, fonts and pictures are, and weights hardly gain.
const KINDS: [&str; 11] = ["html", "js", "css", "wasm", "svg", "json", "webmanifest", "rs", "csv", "md", "toml"];
/// Below this many bytes a file is one packet of the network either way.
const SMALL: u64 = 1024;

/// Writes `FILE.br` and `FILE.gz` for every file that gains from it.
pub fn compress(dist: &Path) -> Outcome {
    let mut files = Vec::new();
    for file in offline::files(dist)? {
        let gains =
            file.rsplit_once('.').is_some_and(|(_, kind)| KINDS.contains(&kind)) || file.ends_with("-shared.bin");
        if gains && fs::metadata(dist.join(&file))?.len() >= SMALL {
            files.push(file);
        }
    }
    println!("Compressing {} files.", files.len());
    let (files, failed) = (Mutex::new(files), Mutex::new(None));
    let next = || files.lock().ok().and_then(|mut files| files.pop());
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                while let Some(file) = next() {
                    if let Err(failure) = one(&dist.join(file)) {
                        failed.lock().ok().and_then(|mut first| first.replace(failure));
                    }
                }
            });
        }
    });
    failed.into_inner().ok().flatten().map_or(Ok(()), Err)
}

fn one(file: &Path) -> Outcome {
    let bytes = read(file)?;
    let beside =
        |kind: &str| file.with_file_name(format!("{}.{kind}", file.file_name().unwrap_or_default().to_string_lossy()));
    let parameters = brotli::enc::BrotliEncoderParams { quality: 11, lgwin: 22, ..Default::default() };
    let mut packed = Vec::new();
    brotli::BrotliCompress(&mut bytes.as_slice(), &mut packed, &parameters)
        .map_err(|error| Failure(format!("{}: {error}", file.display())))?;
    write(&beside("br"), packed)?;
    let mut packer = GzEncoder::new(Vec::new(), Compression::best());
    packer.write_all(&bytes)?;
    write(&beside("gz"), packer.finish()?)
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    #[test]
    fn what_is_packed_is_what_was_there() {
        let folder = std::env::temp_dir().join(format!("xtask-publish-{}", std::process::id()));
        let text = "a line that repeats itself\n".repeat(200);
        write(&folder.join("sub/page.js"), &text).unwrap();
        write(&folder.join("small.js"), "1").unwrap();
        write(&folder.join("font.woff2"), &text).unwrap();
        compress(&folder).unwrap();
        let files = offline::files(&folder).unwrap();
        assert_eq!(files, ["font.woff2", "small.js", "sub/page.js", "sub/page.js.br", "sub/page.js.gz"]);
        let mut unpacked = Vec::new();
        let packed = read(&folder.join("sub/page.js.br")).unwrap();
        brotli::BrotliDecompress(&mut packed.as_slice(), &mut unpacked).unwrap();
        assert_eq!(unpacked, text.as_bytes());
        let mut unpacked = String::new();
        let packed = read(&folder.join("sub/page.js.gz")).unwrap();
        flate2::read::GzDecoder::new(packed.as_slice()).read_to_string(&mut unpacked).unwrap();
        assert_eq!(unpacked, text);
        fs::remove_dir_all(folder).unwrap();
    }
}
