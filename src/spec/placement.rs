//! Where machines run, and how many.

use std::borrow::Cow;
use std::ops::Deref;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserialize, Deserializer, Error};

use crate::value::{Count, Entries, OneOrList, RegionCode, Sourced, Why};

static ONE_EACH: Why = Why { reason: "a list of regions means one machine in each", source: "docs/language.md" };

/// Regions and the number of machines in each, in the order of the text; never empty, no region twice.
#[derive(Clone, Debug)]
pub struct Placement(Vec<(Sourced<RegionCode>, Sourced<Count>)>);

impl Deref for Placement {
    type Target = [(Sourced<RegionCode>, Sourced<Count>)];

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl<'de> Deserialize<'de> for Placement {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        type Either = OneOrList<Entries<RegionCode, Sourced<Count>>, Sourced<RegionCode>>;
        let regions: Vec<_> = match Either::deserialize(deserializer)? {
            OneOrList::One(table) => table.into_iter().collect(),
            OneOrList::List(list) => {
                let one = Count::new(1).ok_or_else(|| D::Error::custom("one is a count"))?;
                let one_in = |region: Sourced<RegionCode>| {
                    let count = Sourced::filled(one, region.range(), &ONE_EACH);
                    (region, count)
                };
                list.into_iter().map(one_in).collect()
            }
        };
        if regions.is_empty() {
            return Err(D::Error::custom("expected at least one region"));
        }
        for (i, (region, _)) in regions.iter().enumerate() {
            if regions[..i].iter().any(|(earlier, _)| earlier == region) {
                return Err(D::Error::custom(format_args!("region `{}` is listed twice", region.value)));
            }
        }
        Ok(Self(regions))
    }
}

impl JsonSchema for Placement {
    fn schema_name() -> Cow<'static, str> {
        "Placement".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let region = generator.subschema_for::<RegionCode>();
        let count = generator.subschema_for::<Count>();
        json_schema!({
            "description": "Where machines run: a list of regions, one machine in each, or a table of region to number of machines.",
            "anyOf": [
                { "type": "array", "items": region, "minItems": 1, "uniqueItems": true },
                {
                    "type": "object",
                    "additionalProperties": count,
                    "propertyNames": { "pattern": RegionCode::PATTERN },
                    "minProperties": 1,
                },
            ],
        })
    }
}
