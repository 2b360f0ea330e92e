//! The networks of the DDPM lesson learn, keep pictures apart, and as shipped are what their provenance says: what they draw
//! is judged again.

use std::{
    fs,
    path::{Path, PathBuf},
};

use burn::{
    module::Module,
    tensor::{Device, Int, Tensor, TensorData},
};
use futures::FutureExt;
use models::{
    data::points::normal,
    generative::{
        diffusion::{Backward, Rule, Schedule, Shape, guided, network_time, noised, velocity},
        unet::{UNet, UNetConfig},
    },
    metrics::largest,
    train::{
        optimizer::{Optimizer, OptimizerKind},
        trainer::Trainer,
    },
    vision::lenet::{LeNet, LeNetConfig},
    weights::{self, Parameters, Precision},
};
use rand::SeedableRng;
use rand_pcg::Pcg32;
use serde::Deserialize;

use crate::{
    answers::values,
    archive,
    shipped::{self, Check, Metric},
    twin,
};

/// Fields of a provenance file.
#[derive(Deserialize)]
struct Provenance {
    config: UNetConfig,
    sampling: Sampling,
    metric: Vec<Metric>,
    check: Check,
}

#[derive(Deserialize)]
struct Sampling {
    weight: f32,
}

fn small() -> UNetConfig {
    UNetConfig { channels: 1, widths: [16, 24], embedding: 16, classes: 3 }
}

fn fresh(config: &UNetConfig, device: &Device) -> UNet {
    config.init(device, &mut Pcg32::seed_from_u64(1))
}

fn tensor<const D: usize>(values: Vec<f32>, shape: [usize; D], device: &Device) -> Tensor<D> {
    Tensor::from_data(TensorData::new(values, shape), device)
}

/// A network's answer to pictures of `side` pixels with one time for all.
fn answer(network: &UNet, pictures: &[f32], side: usize, time: f32, classes: &[usize]) -> Vec<f32> {
    let device = Device::flex();
    let (count, channels) = (classes.len(), pictures.len() / classes.len() / (side * side));
    let x = tensor(pictures.to_vec(), [count, channels, side, side], &device);
    let classes: Vec<i32> = classes.iter().map(|class| *class as i32).collect();
    let classes = Tensor::<1, Int>::from_data(TensorData::new(classes, [count]), &device);
    values(network.forward(x, tensor(vec![time; count], [count], &device), classes))
}

/// Two pictures of 8 × 8 pixels.
fn pictures() -> [Vec<f32>; 2] {
    [0, 1].map(|kind| (0..64).map(|place| if (place / 8 + kind * place) / 2 % 2 == 0 { 0.8 } else { -0.8 }).collect())
}

/// A network that learns two pictures by heart, at all amounts of noise; and its error at the start and at the end.
fn learned(steps: usize) -> (UNet, [f32; 2]) {
    let device = Device::flex().autodiff();
    let mut rng = Pcg32::seed_from_u64(5);
    let pictures = pictures();
    let schedule = Schedule::new(&Shape::Cosine);
    let mut trainer = Trainer::new(fresh(&small(), &device), Optimizer::new(OptimizerKind::Adam));
    let mut errors = Vec::new();
    for step in 0..steps {
        let (mut x, mut v, mut times, mut classes) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for index in 0..8 {
            let time = ((step * 8 + index) * 37 % 100) as f32 / 100.0;
            let (kept, picture) = (schedule.kept(time), &pictures[index % 2]);
            let noise: Vec<f32> = picture.iter().map(|_| normal(&mut rng)).collect();
            x.extend(noised(picture, &noise, kept));
            v.extend(velocity(picture, &noise, kept));
            times.push(network_time(kept));
            classes.push((index % 2) as i32);
        }
        let (x, v) = (tensor(x, [8, 1, 8, 8], &device), tensor(v, [8, 1, 8, 8], &device));
        let times = tensor(times, [8], &device);
        let classes = Tensor::<1, Int>::from_data(TensorData::new(classes, [8]), &device);
        let error = trainer.step(0.003, |network| (network.forward(x, times, classes) - v).powi_scalar(2).mean());
        errors.push(error.into_scalar::<f32>());
    }
    let mean = |errors: &[f32]| errors.iter().sum::<f32>() / errors.len() as f32;
    (trainer.valid(), [mean(&errors[..5]), mean(&errors[steps - 10..])])
}

#[test]
fn it_learns_two_pictures_and_draws_the_one_asked_for_out_of_noise() {
    let (network, [before, after]) = learned(300);
    println!("{before} falls to {after}");
    assert!(after < 0.3 * before, "{before} falls to {after}");
    let mut walk = Backward::new(Schedule::new(&Shape::Cosine).walk(20), Rule::Ddim, &[1, 2, 3, 4], 64, Some(1.0));
    while !walk.is_done() {
        let v = answer(&network, walk.pictures(), 8, network_time(walk.kept()), &[0, 1, 0, 1]);
        walk.advance(&v);
    }
    let off = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum::<f32>() / 64.0;
    let [first, second] = pictures();
    for (drawn, asked) in walk.pictures().chunks_exact(64).zip([&first, &second, &first, &second]) {
        let (found, apart) = (off(drawn, asked), off(&first, &second));
        println!("{found} of {apart}");
        assert!(found < 0.25 * apart, "{found} of {apart}");
    }
}

#[test]
fn a_picture_comes_out_the_same_alone_and_among_others() {
    let (network, _) = learned(12);
    let pictures = twin::scattered(3 * 64, 1);
    let classes = [2, 0, 3];
    let together = answer(&network, &pictures, 8, 420.0, &classes);
    for (index, (picture, expected)) in pictures.chunks_exact(64).zip(together.chunks_exact(64)).enumerate() {
        let alone = answer(&network, picture, 8, 420.0, &classes[index..=index]);
        // Products of matrices with more columns may be added up in another order.
        assert!(alone.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-5));
    }
}

#[test]
fn what_is_kept_is_read_again() {
    let network = fresh(&small(), &Device::flex());
    let parameters = weights::read(&network).now_or_never().unwrap().unwrap();
    assert_eq!(network.num_params(), small().parameter_count());
    let read = weights::from_safetensors(&weights::to_safetensors(&parameters, Precision::F32)).unwrap();
    let config = UNetConfig::of(&read).unwrap();
    assert_eq!(config, small());
    let other = config.init(&Device::flex(), &mut Pcg32::seed_from_u64(2));
    let loaded = weights::load(other, &read, &Device::flex()).unwrap();
    let pictures = twin::scattered(64, 9);
    assert_eq!(answer(&loaded, &pictures, 8, 10.0, &[1]), answer(&network, &pictures, 8, 10.0, &[1]));
    let wide = UNetConfig { widths: [16, 32], ..small() };
    assert!(weights::load(fresh(&wide, &Device::flex()), &read, &Device::flex()).is_err());
}

fn parameters(path: &Path) -> Parameters {
    weights::from_safetensors(&fs::read(path).unwrap()).unwrap()
}

/// Every shipped network of this lesson.
fn shipped() -> Vec<(PathBuf, Provenance, UNet)> {
    let paths = fs::read_dir(shipped::path("pretrained")).unwrap().map(|entry| entry.unwrap().path());
    let own = |path: &PathBuf| path.file_name().unwrap().to_str().unwrap().starts_with("ddpm-");
    let paths = paths.filter(|path| path.extension().is_some_and(|extension| extension == "toml")).filter(own);
    let read = paths.map(|path| {
        let provenance: Provenance = toml::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        let parameters = parameters(&path.with_extension("safetensors"));
        assert_eq!(UNetConfig::of(&parameters), Some(provenance.config), "{}", path.display());
        provenance.config.check().unwrap();
        let network = fresh(&provenance.config, &Device::flex());
        (path, provenance, weights::load(network, &parameters, &Device::flex()).unwrap())
    });
    read.collect()
}

#[test]
fn shipped_networks_keep_the_budget() {
    for (path, ..) in shipped() {
        let bytes = fs::metadata(path.with_extension("safetensors")).unwrap().len();
        assert!(bytes <= 6_000_000, "{} has {bytes} bytes", path.display());
    }
}

/// One of the shipped judges.
fn judge(name: &str) -> LeNet {
    #[derive(Deserialize)]
    struct Of {
        config: LeNetConfig,
    }
    let path = shipped::path(format!("pretrained/{name}.toml"));
    let of: Of = toml::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    let fresh = of.config.init(&Device::flex(), &mut Pcg32::seed_from_u64(0));
    weights::load(fresh, &parameters(&path.with_extension("safetensors")), &Device::flex()).unwrap()
}

#[test]
fn drawn_digits_and_clothes_are_judged_again() {
    const EACH: usize = 3;
    let judges = [judge("lenet-mnist"), judge("lenet-fashion")];
    for (path, provenance, network) in shipped() {
        if provenance.check.name != "judged as asked" {
            continue;
        }
        let (any, pixels) = (provenance.config.classes, 28 * 28);
        let classes: Vec<usize> = (0..any * EACH).map(|index| index % any).collect();
        let mut right = 0;
        for (part, classes) in classes.chunks(any).enumerate() {
            let seeds: Vec<u64> = (0..classes.len()).map(|index| (part * any + index) as u64).collect();
            let walk = Schedule::new(&Shape::Cosine).walk(20);
            let mut walk = Backward::new(walk, Rule::Ddim, &seeds, pixels, Some(1.0));
            while !walk.is_done() {
                let time = network_time(walk.kept());
                let mut v = answer(&network, walk.pictures(), 28, time, classes);
                if provenance.sampling.weight != 1.0 {
                    let plain = answer(&network, walk.pictures(), 28, time, &vec![any; classes.len()]);
                    v = guided(&plain, &v, provenance.sampling.weight);
                }
                walk.advance(&v);
            }
            for (picture, class) in walk.pictures().chunks_exact(pixels).zip(classes) {
                let ink = picture.iter().map(|pixel| (pixel + 1.0) / 2.0).collect();
                let scores = judges[class / 10].forward(tensor(ink, [1, 1, 28, 28], &Device::flex()));
                right += usize::from(largest(&values(scores)) == class % 10);
            }
        }
        let (count, stored) = (classes.len() as f64, provenance.check.value);
        let found = right as f64 / count;
        println!("{}: {found} of {count} as asked, {stored} stored", path.display());
        // Four standard deviations of a share of so many pictures; they come out of other noise, in fewer steps.
        let spread = (stored * (1.0 - stored) / count).sqrt();
        assert!((found - stored).abs() < 4.0 * spread, "{found} instead of {stored}");
        let shares = provenance.metric.iter().filter(|metric| metric.name == "judged as asked");
        let shares: Vec<f64> = shares.map(|metric| metric.value).collect();
        assert!((shares.iter().sum::<f64>() / shares.len() as f64 - stored).abs() < 1e-9);
        // The lesson's floors: digits, and clothes within 5 points of their judge's own accuracy.
        let own = |metric: &&Metric| metric.name == "the judge's own accuracy" && metric.split.starts_with("clothes");
        let own = provenance.metric.iter().find(own).unwrap().value;
        assert!(shares[0] >= 0.95 && shares[1] >= own - 0.05, "{shares:?}");
    }
}

#[test]
fn answers_on_colour_pictures_are_measured_again() {
    for (path, provenance, network) in shipped() {
        let check = &provenance.check;
        if check.name != "error of v" {
            continue;
        }
        let archive = shipped::path(&check.file);
        let Some(pictures) = archive::pictures(&archive, check.every.unwrap(), check.pictures.unwrap()) else {
            println!("{}: not measured again, {} is not at hand", path.display(), check.file);
            continue;
        };
        let names = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"];
        let classes: Vec<usize> =
            pictures.iter().map(|picture| names.iter().position(|name| *name == picture.class).unwrap()).collect();
        let x: Vec<f32> =
            pictures.iter().flat_map(|picture| picture.pixels.iter().map(|pixel| pixel * 2.0 - 1.0)).collect();
        let noise: Vec<f32> = twin::scattered(x.len(), 1).into_iter().map(|value| value * 3.0_f32.sqrt()).collect();
        let schedule = Schedule::new(&Shape::Cosine);
        let error = |time: &f32| {
            let kept = schedule.kept(time / 1000.0);
            let v = answer(&network, &noised(&x, &noise, kept), 32, *time, &classes);
            let wanted = velocity(&x, &noise, kept);
            let squares = v.iter().zip(&wanted).map(|(v, wanted)| f64::from(v - wanted).powi(2));
            squares.sum::<f64>() / v.len() as f64
        };
        let found = check.times.iter().map(error).sum::<f64>() / check.times.len() as f64;
        println!("{}: {found}, {} stored", path.display(), check.value);
        // Another JPEG decoder rounds some pixels otherwise, by one of 255; that moved it by 0.05 % at most.
        assert!((found / check.value - 1.0).abs() < 0.002, "{found} instead of {}", check.value);
    }
}
