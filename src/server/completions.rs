//! Completions: what can stand in a prompt's argument or a resource's address.

use std::{sync::Arc, time::Duration};

use rmcp::model::{CompleteRequestParams, CompleteResult, CompletionInfo, Reference};

use super::state::Server;
use crate::{
    didit::{
        LANGUAGES, PageRequest, SessionFilter, SessionStatus, features::Feature,
        sessions::EXPECTED_DOCUMENT_TYPES,
    },
    tools::Connection,
};

/// Rows of Didit's that are looked through; somebody who is typing waits for one page only.
const ROWS: u32 = 50;
/// How long Didit may take. Somebody is typing, and a late completion is worth nothing.
const PATIENCE: Duration = Duration::from_secs(3);
/// ISO 3166-1 alpha-3, and Kosovo as documents write it.
const COUNTRIES: &str = "\
    ABW AFG AGO AIA ALA ALB AND ARE ARG ARM ASM ATA ATF ATG AUS AUT AZE BDI BEL BEN BES BFA BGD BGR BHR BHS BIH BLM \
    BLR BLZ BMU BOL BRA BRB BRN BTN BVT BWA CAF CAN CCK CHE CHL CHN CIV CMR COD COG COK COL COM CPV CRI CUB CUW CXR \
    CYM CYP CZE DEU DJI DMA DNK DOM DZA ECU EGY ERI ESH ESP EST ETH FIN FJI FLK FRA FRO FSM GAB GBR GEO GGY GHA GIB \
    GIN GLP GMB GNB GNQ GRC GRD GRL GTM GUF GUM GUY HKG HMD HND HRV HTI HUN IDN IMN IND IOT IRL IRN IRQ ISL ISR ITA \
    JAM JEY JOR JPN KAZ KEN KGZ KHM KIR KNA KOR KWT LAO LBN LBR LBY LCA LIE LKA LSO LTU LUX LVA MAC MAF MAR MCO MDA \
    MDG MDV MEX MHL MKD MLI MLT MMR MNE MNG MNP MOZ MRT MSR MTQ MUS MWI MYS MYT NAM NCL NER NFK NGA NIC NIU NLD NOR \
    NPL NRU NZL OMN PAK PAN PCN PER PHL PLW PNG POL PRI PRK PRT PRY PSE PYF QAT REU ROU RUS RWA SAU SDN SEN SGP SGS \
    SHN SJM SLB SLE SLV SMR SOM SPM SRB SSD STP SUR SVK SVN SWE SWZ SXM SYC SYR TCA TCD TGO THA TJK TKL TKM TLS TON \
    TTO TUN TUR TUV TWN TZA UGA UKR UMI URY USA UZB VAT VCT VEN VGB VIR VNM VUT WLF WSM XKX YEM ZAF ZMB ZWE";

impl Server {
    /// The values that begin with what was typed. Never an error: a client asks while somebody types. What
    /// a tool that is off would list is not completed either.
    pub(super) async fn completed(&self, request: &CompleteRequestParams) -> CompleteResult {
        let values = match known(request) {
            Some(values) => values,
            None => self.looked_up(request).await,
        };
        let typed = request.argument.value.to_lowercase();
        let mut found: Vec<String> = values
            .into_iter()
            .filter(|value| value.to_lowercase().starts_with(&typed))
            .collect();
        let total = u32::try_from(found.len()).ok();
        let has_more = found.len() > CompletionInfo::MAX_VALUES;
        found.truncate(CompletionInfo::MAX_VALUES);
        let page = CompletionInfo::with_pagination(found, total, has_more);
        CompleteResult::new(page.unwrap_or_default())
    }

    /// What only Didit knows: nothing, when it is slow or every turn to work is taken.
    async fn looked_up(&self, request: &CompleteRequestParams) -> Vec<String> {
        let Ok(_slot) = self.slots.try_acquire() else {
            return Vec::new();
        };
        let values = async {
            match (&request.r#ref, request.argument.name.as_str()) {
                (Reference::Resource(resource), "workflow_id")
                    if resource.uri.starts_with("didit://workflow/")
                        && self.catalog.has("didit_workflow_list") =>
                {
                    workflows(&self.connection).await
                }
                (_, "session_id") if self.catalog.has("didit_session_list") => {
                    sessions(&self.connection).await
                }
                _ => Vec::new(),
            }
        };
        tokio::select! {
            values = values => values,
            () = tokio::time::sleep(PATIENCE) => Vec::new(),
            () = self.over.cancelled() => Vec::new(),
        }
    }
}

/// What is known without asking anybody.
fn known(request: &CompleteRequestParams) -> Option<Vec<String>> {
    let Reference::Prompt(_) = &request.r#ref else {
        return None;
    };
    let owned = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
    match request.argument.name.as_str() {
        "language" => Some(owned(&LANGUAGES)),
        "status" => Some(SessionStatus::ALL.map(|status| status.to_string()).into()),
        "document_type" => Some(owned(&EXPECTED_DOCUMENT_TYPES)),
        "country" => Some(COUNTRIES.split(' ').map(str::to_owned).collect()),
        "use_case" => Some(owned(&Feature::ALL.map(Feature::name))),
        _ => None,
    }
}

async fn workflows(connection: &Arc<Connection>) -> Vec<String> {
    let Ok(client) = connection.client() else {
        return Vec::new();
    };
    let page = PageRequest {
        limit: Some(ROWS),
        offset: None,
    };
    let listed = client.list_workflows(&page).await;
    listed
        .map(|workflows| {
            workflows
                .items
                .iter()
                .filter_map(|row| row.workflow_id.or(row.uuid))
                .map(|id| id.to_string())
                .collect()
        })
        .unwrap_or_default()
}

async fn sessions(connection: &Arc<Connection>) -> Vec<String> {
    let Ok(client) = connection.client() else {
        return Vec::new();
    };
    let filter = SessionFilter {
        page: PageRequest {
            limit: Some(ROWS),
            offset: None,
        },
        ..SessionFilter::default()
    };
    let listed = client.find_sessions(&filter).await;
    listed
        .map(|sessions| {
            sessions
                .items
                .iter()
                .filter_map(|row| row.session_id)
                .map(|id| id.to_string())
                .collect()
        })
        .unwrap_or_default()
}
