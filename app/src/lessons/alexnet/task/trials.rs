//! The experiments, each one question with one finding.

use models::{
    explain::{
        adversarial::{direction, stepped},
        convolutional::Convolutional,
        grad_cam::grad_cam,
        saliency::{guided_backpropagation, saliency},
        sanity::agreement,
    },
    metrics::largest,
    tensor::{Tensor, Transaction},
};

use super::{
    Task,
    sight::{side_of, tensor},
};
use crate::{
    lessons::{
        alexnet::{Finding, Misled, Photograph, Which, settings::LAYERS},
        pictures::{school::read, softmax},
    },
    session::protocol::{Remedy, Trouble},
};

/// Changes that are tried: from none to the largest, in steps of 255.
const TRIED: usize = 65;
const PACE: f32 = 0.25;
/// Pictures in one batch.
const BATCH: usize = 13;
/// Guesses of a network that are told.
const GUESSES: usize = 5;
/// The stage whose Grad-CAM is compared: conv5.
const CONV5: usize = 6;

fn no_picture() -> Trouble {
    Trouble::new("There is no picture to look at yet; choose one above.", Remedy::Dismiss)
}

/// The probabilities of every picture: `[pictures, 3, side, side]`.
async fn probabilities<M: Convolutional>(model: &M, pictures: Tensor<4>) -> Result<Vec<Vec<f32>>, Trouble> {
    let scores = pictures.split(BATCH, 0).into_iter().map(|batch| model.scores(batch));
    let rows = Tensor::cat(scores.collect(), 0); // [pictures, classes]
    let classes = rows.dims()[1];
    let logits = read(Transaction::default().register(rows)).await?.remove(0);
    Ok(logits.chunks_exact(classes).map(softmax).collect())
}

/// Asks a network by its name; nothing if it is not here.
pub async fn ask(task: &Task, which: Which, planes: &[f32]) -> Result<Vec<Vec<f32>>, Trouble> {
    let pictures = tensor(planes, side_of(which), &task.context.device);
    match which {
        Which::AlexNet => match &task.networks.alexnet {
            Some(model) => probabilities(model, pictures).await,
            None => Ok(Vec::new()),
        },
        Which::EfficientNet => match &task.networks.efficientnet {
            Some(model) => probabilities(model, pictures).await,
            None => Ok(Vec::new()),
        },
    }
}

/// What each photograph is called, by AlexNet or by both.
pub async fn call(task: &Task, photos: &[Photograph], both: bool) -> Result<Finding, Trouble> {
    let mut called = Vec::new();
    for photo in photos.iter().filter(|photo| photo.is_sound()) {
        let mut guesses = [Vec::new(), Vec::new()];
        for which in Which::ALL.into_iter().filter(|which| both || *which == Which::AlexNet) {
            let probabilities = ask(task, which, &photo.planes(side_of(which))).await?;
            guesses[which as usize] = probabilities.first().map(|row| likeliest(row)).unwrap_or_default();
        }
        called.push(guesses);
    }
    Ok(Finding::Called(called))
}

/// The likeliest classes, the likeliest first.
fn likeliest(probabilities: &[f32]) -> Vec<(u16, f32)> {
    let mut order: Vec<usize> = (0..probabilities.len()).collect();
    order.sort_by(|a, b| probabilities[*b].total_cmp(&probabilities[*a]));
    order.into_iter().take(GUESSES).map(|class| (class as u16, probabilities[class])).collect()
}

/// What AlexNet says of the picture that is looked at, changed more and more.
pub async fn adversarial(task: &Task) -> Result<Finding, Trouble> {
    let sight = task.sight.as_ref().ok_or_else(no_picture)?;
    let Some(model) = &task.networks.alexnet else { return Err(no_picture()) };
    let side = side_of(Which::AlexNet);
    let x = tensor(&sight.photo.planes(side), side, &task.context.device);
    let first = probabilities(model, x.clone()).await?.first().map_or(0, |row| largest(row));
    let way = direction(model, x.clone(), &[first]); // [1, 3, side, side]
    let steps: Vec<f32> = (0..TRIED).map(|step| step as f32 * PACE).collect();
    let changed = steps.iter().map(|epsilon| stepped(x.clone(), way.clone(), epsilon / 255.0)).collect();
    let rows = probabilities(model, Tensor::cat(changed, 0)).await?;
    let misled = steps.into_iter().zip(rows).map(|(epsilon, row)| {
        let called = largest(&row);
        Misled { epsilon, called: (called as u16, row[called]), first: row[first] }
    });
    Ok(Finding::Adversarial(misled.collect()))
}

/// How much of each explanation's order of pixels is left when layer after layer is made fresh, the last one first.
pub async fn sanity(task: &Task, photos: &[Photograph]) -> Result<Finding, Trouble> {
    let device = &task.context.device;
    let side = side_of(Which::AlexNet);
    let planes: Vec<f32> =
        photos.iter().filter(|photo| photo.is_sound()).flat_map(|photo| photo.planes(side)).collect();
    let x = tensor(&planes, side, device); // [pictures, 3, side, side]
    let count = x.dims()[0];
    let forgetful = |fresh: usize| task.networks.forgetful(fresh as u8, task.settings.seed, device);
    let (Some(model), true) = (forgetful(0), count > 0) else { return Err(no_picture()) };
    let rows = probabilities(&model, x.clone()).await?;
    let classes: Vec<usize> = rows.iter().map(|row| largest(row)).collect();
    let mut found = Vec::new();
    let mut trained: Vec<Vec<f32>> = Vec::new();
    for model in (0..=LAYERS.len()).filter_map(forgetful) {
        let transaction = Transaction::default()
            .register(saliency(&model, x.clone(), &classes))
            .register(guided_backpropagation(&model, x.clone(), &classes).mean_dim(1))
            .register(grad_cam(&model, CONV5, x.clone(), &classes));
        let maps = read(transaction).await?;
        if trained.is_empty() {
            trained.clone_from(&maps);
        }
        found.push([0, 1, 2].map(|which| agreement(&trained[which], &maps[which], count) as f32));
    }
    Ok(Finding::Sanity(found))
}
