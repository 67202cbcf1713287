//! What is left of data services.

use super::{Cx, Data, Effect, Loss, Outcome, State, Successor};
use crate::model::ResourceId;

impl Cx<'_> {
    pub(super) fn postgres(&self, of: ResourceId, loss: Loss<'_>) -> Outcome {
        let cluster = &self.model.postgres[of.index];
        if cluster.is_managed() {
            return of_provider(of, cluster.region.as_str(), &[], loss);
        }
        let mut out = Outcome::unaffected(of);
        let (nodes, home) = (cluster.nodes.get(), cluster.region.as_str());
        let replicas = || cluster.replicas.iter().map(|(region, count)| (region.as_str(), count.get()));
        let all = nodes + replicas().map(|(_, count)| count).sum::<u32>();
        let lost_at_home = match loss.region() {
            Some(region) if region == home => nodes,
            Some(_) => 0,
            None => 1,
        };
        let is_lost = |region: &str| loss.region().is_some_and(|lost| lost == region);
        let lost_replicas: u32 = replicas().filter(|(region, _)| is_lost(region)).map(|(_, count)| count).sum();
        let (lost, left) = (lost_at_home + lost_replicas, all - lost_at_home - lost_replicas);
        if lost == 0 {
            return out;
        }
        out.effects.push(Effect::Nodes { lost, left });
        out.own = State::Reduced;
        if lost_at_home > 0 {
            // The nodes of the home region elect their leader; replicas elsewhere are never elected.
            let voters = nodes - lost_at_home;
            let needs = nodes / 2 + 1;
            let successor = if voters >= needs { Successor::Election } else { Successor::Nothing };
            if successor == Successor::Nothing {
                if voters > 0 {
                    out.effects.push(Effect::Quorum { left: voters, needs });
                }
                out.own = if left > 0 { State::ReadOnly } else { State::Down };
            }
            out.effects.push(Effect::Primary { region: home.to_owned(), successor });
        }
        if left == 0 {
            out.data = Data::OnlyCopies;
        }
        out.state = out.own;
        out.shared_host = out.own;
        out
    }

    pub(super) fn redis(&self, of: ResourceId, loss: Loss<'_>) -> Outcome {
        let database = &self.model.redis[of.index];
        let replicas: Vec<&str> = database.replicas.iter().map(|region| region.as_str()).collect();
        of_provider(of, database.region.as_str(), &replicas, loss)
    }
}

/// What somebody else runs: its primary and the copies beside it are in one region, copies to read from in others.
fn of_provider(of: ResourceId, home: &str, replicas: &[&str], loss: Loss<'_>) -> Outcome {
    let mut out = Outcome::unaffected(of);
    let primary = |successor| Effect::Primary { region: home.to_owned(), successor };
    let elsewhere = replicas.iter().any(|region| *region != home);
    match loss.region() {
        None => {
            out.own = State::Reduced;
            out.effects.push(primary(Successor::Provider));
        }
        Some(region) if region == home && elsewhere => {
            out.own = State::ReadOnly;
            out.effects.push(primary(Successor::Nothing));
        }
        Some(region) if region == home => {
            out.own = State::Down;
            out.data = Data::OnlyCopies;
            out.effects.push(Effect::Home { region: home.to_owned() });
        }
        Some(region) if replicas.contains(&region) => {
            out.own = State::Reduced;
            let left = u32::try_from(replicas.len()).unwrap_or(u32::MAX);
            out.effects.push(Effect::Nodes { lost: 1, left });
        }
        Some(_) => {}
    }
    out.state = out.own;
    out.shared_host = out.own;
    out
}
