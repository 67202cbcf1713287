//! The steps that set up a bucket.

use crate::model::{Bucket, Model};
use crate::plan::{Arg, Phase, StepText, word};
use crate::value::Origin;

/// One step for a bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BucketStep {
    /// The bucket itself, with its credentials as secrets of the owner.
    Create,
    /// Its own host name.
    Domain,
}

/// The steps of one phase.
pub(crate) fn steps(phase: Phase, bucket: &Bucket, mut add: impl FnMut(BucketStep)) {
    if phase == Phase::Data {
        add(BucketStep::Create);
        if bucket.custom_domain.is_some() {
            add(BucketStep::Domain);
        }
    }
}

/// A step in words.
pub(crate) fn text<'m>(step: BucketStep, model: &'m Model, bucket: &'m Bucket) -> StepText<'m> {
    let name = word(bucket.name.as_str());
    let app = word(model.apps[bucket.owner.value].name.as_str());
    if let (BucketStep::Domain, Some(domain)) = (step, &bucket.custom_domain) {
        StepText {
            id: "domain".to_owned(),
            call: vec!["bucket_domain".into(), name.clone(), word(domain.as_str())],
            command: vec![
                "fly".into(),
                "storage".into(),
                "update".into(),
                name,
                "--custom-domain".into(),
                word(domain.as_str()),
                "--yes".into(),
            ],
            origin: domain.origin,
        }
    } else {
        let mut command: Vec<Arg<'m>> = vec![
            "fly".into(),
            "storage".into(),
            "create".into(),
            "--name".into(),
            name.clone(),
            "-a".into(),
            app.clone(),
        ];
        if bucket.public.value {
            command.push("--public".into());
        }
        command.push("--yes".into());
        StepText {
            id: "create".to_owned(),
            call: vec!["bucket".into(), name, app],
            command,
            origin: Origin::written(bucket.header),
        }
    }
}

/// The step that takes a bucket away.
pub(crate) fn teardown(bucket: &Bucket) -> StepText<'_> {
    let name = word(bucket.name.as_str());
    let command = vec!["fly".into(), "storage".into(), "destroy".into(), name.clone(), "--yes".into()];
    let header = Origin::written(bucket.header);
    StepText { id: "destroy".to_owned(), call: vec!["remove_bucket".into(), name], command, origin: header }
}
