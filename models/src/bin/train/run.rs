//! What every recipe shares: seed, log, falling rate, and of the machine checkpoints on disk, the date, the commit.

use std::{
    f64::consts::PI,
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::{SystemTime, UNIX_EPOCH},
};

use futures::FutureExt;
use models::{error::Error, tensor::Tensor};
use serde::{Serialize, de::DeserializeOwned};

use crate::Trouble;

/// Decides initial weights, order and noise of every run.
pub const SEED: u64 = 1;
/// Steps between two points of the training curves, which are means over them.
pub const LOG_EVERY: u64 = 50;

/// A rate that falls from `first` to 0 along a cosine.
pub fn cosine(first: f64, step: u64, steps: u64) -> f64 {
    first * 0.5 * (1.0 + (PI * step as f64 / steps as f64).cos())
}

/// The mean of numbers that nobody has read yet: `[1]` each. NaN of none.
pub fn mean(values: Vec<Tensor<1>>) -> f64 {
    if values.is_empty() { f64::NAN } else { Tensor::cat(values, 0).mean().into_scalar::<f32>().into() }
}

/// The CPU has its answer as soon as it is asked.
pub fn now<T>(future: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    future.now_or_never().expect("the CPU answers at once")
}

/// The checkpoint of a run on disk.
pub struct CheckpointFile(PathBuf);

impl CheckpointFile {
    /// The checkpoint of that name; `settings` belong to the name, so that a changed recipe starts anew.
    pub fn new(folder: &Path, name: &str, settings: &str) -> Result<Self, Trouble> {
        fs::create_dir_all(folder)?;
        let fingerprint = sha256(settings.as_bytes());
        Ok(Self(folder.join(format!("{name}-{}.postcard", &fingerprint[..12]))))
    }

    /// What was saved last, if anything readable was.
    pub fn load<T: DeserializeOwned>(&self) -> Option<T> {
        postcard::from_bytes(&fs::read(&self.0).ok()?).ok()
    }

    /// Saves; a run that is killed meanwhile keeps its previous checkpoint.
    pub fn save<T: Serialize>(&self, state: &T) -> Result<(), Trouble> {
        let new = self.0.with_extension("new");
        fs::write(&new, postcard::to_allocvec(state)?)?;
        fs::rename(new, &self.0)?;
        Ok(())
    }
}

/// The checksum of a file's bytes in hexadecimal.
pub fn sha256(bytes: &[u8]) -> String {
    use sha2::{Digest, Sha256};
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Today, in UTC.
pub fn today() -> toml::value::Date {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    date(seconds / 86_400)
}

/// The calendar date of a day counted from 1970-01-01.
fn date(mut days: u64) -> toml::value::Date {
    let leap = |year: u64| (year.is_multiple_of(4) && !year.is_multiple_of(100)) || year.is_multiple_of(400);
    let mut year = 1970;
    while days >= 365 + u64::from(leap(year)) {
        days -= 365 + u64::from(leap(year));
        year += 1;
    }
    let mut month = 1;
    for length in [31, 28 + u64::from(leap(year)), 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] {
        if days < length {
            break;
        }
        days -= length;
        month += 1;
    }
    toml::value::Date { year: year as u16, month, day: days as u8 + 1 }
}

/// The commit that the program was run from, or nothing outside a repository.
pub fn commit() -> String {
    let git =
        |arguments: &[&str]| Command::new("git").args(arguments).output().ok().filter(|output| output.status.success());
    let Some(head) = git(&["rev-parse", "HEAD"]) else { return String::new() };
    let head = String::from_utf8_lossy(&head.stdout).trim().to_owned();
    let clean = git(&["status", "--porcelain", "--", "models"]).is_some_and(|status| status.stdout.is_empty());
    if clean { head } else { format!("{head} with changes in models") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_become_dates() {
        for (days, text) in [(0, "1970-01-01"), (59, "1970-03-01"), (11_016, "2000-02-29"), (20_782, "2026-11-25")] {
            assert_eq!(date(days).to_string(), text);
        }
    }
}
