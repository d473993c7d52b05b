//! Checks of a business: register, documents, people.

use serde_json::{Map, Value};

use crate::received::{check, found};

found! {
    /// What a register says of a business. Officers, owners and the rest are in the decision's `raw`.
    pub struct RegisteredCompany {
        /// Its name.
        pub company_name: Option<String>,
        /// Its number in the register.
        pub registration_number: Option<String>,
        /// ISO 3166-1 alpha-2.
        pub country_code: Option<String>,
        /// Such as `Active`.
        pub registry_status: Option<String>,
        /// Its legal form.
        pub company_type: Option<String>,
        /// `YYYY-MM-DD`.
        pub incorporation_date: Option<String>,
        /// Its registered address.
        pub registered_address: Option<String>,
        /// `LOW`, `MEDIUM` or `HIGH`.
        pub risk_level: Option<String>,
        /// `valid`, `invalid`, `could_not_validate` or `not_applicable`.
        pub vat_validation_status: Option<String>,
    }
}

check! {
    /// A business register.
    pub struct RegistryCheck {
        /// Whether the register's data has arrived.
        pub data_resolved: Option<bool>,
        /// What it says.
        pub company: Option<RegisteredCompany>,
        /// Who owns what.
        pub ownership_structure: Option<Value>,
    }
}

check! {
    /// Documents of a business.
    pub struct CompanyDocuments {
        /// The documents, each with its own status.
        pub items: Vec<Map<String, Value>>,
        /// The groups that are required.
        pub required_groups: Vec<String>,
    }
}

check! {
    /// Officers and owners of a business.
    pub struct KeyPeople {
        /// Officers and owners according to the register.
        pub registry: Option<Map<String, Value>>,
        /// The people the business named.
        pub submitted: Option<Map<String, Value>>,
        /// How many owners are approved, flagged or pending.
        pub ubo_kyc_summary: Option<Map<String, Value>>,
    }
}
