//! Qt's resource files (`.rcc`): a tree of folders whose leaves are files, plain or packed with zlib.
//!
//! `qres | u32 version | u32 tree | u32 data | u32 names`, big endian; the three numbers are offsets into the file.

use std::io::Read as _;

use flate2::read::ZlibDecoder;

use crate::failure::{Failure, Outcome, fail};

/// Deeper than any tree of folders; a file that points at itself ends here.
const DEPTH: usize = 32;
/// A file packed with zlib.
const PACKED: u16 = 1;
/// A folder.
const FOLDER: u16 = 2;

/// Path and content of every file.
pub fn files(blob: &[u8]) -> Outcome<Vec<(String, Vec<u8>)>> {
    if blob.get(..4) != Some(b"qres") {
        return fail("This is no Qt resource file.");
    }
    let [version, tree, data, names] = [4, 8, 12, 16].map(|at| word(blob, at));
    let archive = Archive { blob, tree: tree?, data: data?, names: names?, node: if version? == 1 { 14 } else { 22 } };
    let mut files = Vec::new();
    archive.walk(0, "", 0, &mut files)?;
    Ok(files)
}

struct Archive<'a> {
    blob: &'a [u8],
    tree: usize,
    data: usize,
    names: usize,
    /// Bytes of a node of the tree.
    node: usize,
}

impl Archive<'_> {
    /// Adds what lies under a node, the root being node 0 without a name.
    fn walk(&self, index: usize, folder: &str, depth: usize, files: &mut Vec<(String, Vec<u8>)>) -> Outcome {
        if depth > DEPTH {
            return fail("The resource file's folders never end.");
        }
        let at = self.tree + index * self.node;
        let path = match (index, folder) {
            (0, _) => String::new(),
            (_, "") => self.name(word(self.blob, at)?)?,
            (_, folder) => format!("{folder}/{}", self.name(word(self.blob, at)?)?),
        };
        let flags = half(self.blob, at + 4)?;
        if flags & FOLDER != 0 {
            let (count, first) = (word(self.blob, at + 6)?, word(self.blob, at + 10)?);
            return (first..first + count).try_for_each(|child| self.walk(child, &path, depth + 1, files));
        }
        let start = self.data + word(self.blob, at + 10)?;
        let body = bytes(self.blob, start + 4, word(self.blob, start)?)?;
        let mut content = Vec::new();
        if flags & PACKED != 0 {
            // Four bytes tell the size once unpacked.
            ZlibDecoder::new(body.get(4..).unwrap_or_default()).read_to_end(&mut content)?;
        } else {
            content.extend(body);
        }
        files.push((path, content));
        Ok(())
    }

    /// A name: its length in UTF-16 units, a hash, the units.
    fn name(&self, offset: usize) -> Outcome<String> {
        let at = self.names + offset;
        let units = bytes(self.blob, at + 6, 2 * usize::from(half(self.blob, at)?))?;
        let units: Vec<u16> = units.as_chunks().0.iter().map(|pair| u16::from_be_bytes(*pair)).collect();
        String::from_utf16(&units).map_err(|error| Failure(format!("A name in the resource file: {error}.")))
    }
}

fn bytes(blob: &[u8], at: usize, count: usize) -> Outcome<&[u8]> {
    blob.get(at..at + count).ok_or_else(|| Failure("The resource file is cut short.".into()))
}

fn word(blob: &[u8], at: usize) -> Outcome<usize> {
    let bytes = bytes(blob, at, 4)?;
    Ok(u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]) as usize)
}

fn half(blob: &[u8], at: usize) -> Outcome<u16> {
    let bytes = bytes(blob, at, 2)?;
    Ok(u16::from_be_bytes([bytes[0], bytes[1]]))
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::{Compression, write::ZlibEncoder};

    use super::*;

    /// A folder "d" with the files "a" (plain) and "b" (packed), both holding "hello".
    fn archive() -> Vec<u8> {
        let mut packer = ZlibEncoder::new(vec![0, 0, 0, 5], Compression::best());
        packer.write_all(b"hello").unwrap();
        let packed = packer.finish().unwrap();
        let word = |number: usize| (number as u32).to_be_bytes().to_vec();
        let node = |name: usize, flags: u16, a: usize, b: usize| {
            [word(name), flags.to_be_bytes().to_vec(), word(a), word(b)].concat()
        };
        let name = |letter: u8| [&[0, 1, 0, 0, 0, 0, 0, letter][..]].concat();
        let names = [name(b'd'), name(b'a'), name(b'b')].concat();
        let data = [word(5), b"hello".to_vec(), word(packed.len()), packed].concat();
        let nodes = [node(0, 2, 1, 1), node(0, 2, 2, 2), node(8, 0, 0, 0), node(16, 1, 0, 9)];
        let head = [b"qres".to_vec(), word(1), word(20), word(20 + 56), word(20 + 56 + data.len())];
        [head.concat(), nodes.concat(), data, names].concat()
    }

    #[test]
    fn folders_are_walked() {
        let files = files(&archive()).unwrap();
        let hello = b"hello".to_vec();
        assert_eq!(files, [("d/a".to_string(), hello.clone()), ("d/b".to_string(), hello)]);
    }

    #[test]
    fn a_file_cut_short_is_refused() {
        let whole = archive();
        assert!((0..whole.len()).all(|end| files(&whole[..end]).is_err()));
        let mut endless = whole;
        // The folder's first child is the folder itself.
        endless[20 + 14 + 13] = 1;
        assert!(files(&endless).is_err());
    }
}
