//! Looking things up in the state.

use uuid::Uuid;

use crate::{
    model::{
        accounts::{Account, Application},
        lists::List,
        sessions::Session,
        state::State,
        webhooks::Statistics,
        workflows::Workflow,
    },
    values::seconds,
};

impl State {
    pub fn application(&self, id: Uuid) -> Option<&Application> {
        self.applications.iter().find(|known| known.uuid == id)
    }

    pub fn account_mut(&mut self, email: &str) -> Option<&mut Account> {
        self.accounts.iter_mut().find(|known| known.email == email)
    }

    /// The organization of a console user whose e-mail is verified.
    pub fn organization_of(&self, account: Uuid) -> Option<Uuid> {
        self.accounts
            .iter()
            .find(|known| known.uuid == account)?
            .organization
    }

    /// The application whose key this is.
    pub fn owner_of_key(&self, key: &str) -> Option<Uuid> {
        let owner = self.applications.iter().find(|known| known.api_key == key);
        owner.map(|known| known.uuid)
    }

    /// The account whose access token this is, as long as it can be used.
    pub fn owner_of_token(&self, text: &str) -> Option<Uuid> {
        let now = self.now();
        let token = self
            .tokens
            .iter()
            .find(|known| known.text == text && known.expires_at > now);
        token.map(|token| token.account)
    }

    /// The balance an application is billed from, in ten-thousandths of a dollar.
    pub fn balance_mut(&mut self, application: Uuid) -> Option<&mut i64> {
        let organization = self.application(application)?.organization;
        let owner = self
            .organizations
            .iter_mut()
            .find(|known| known.uuid == organization);
        owner.map(|owner| &mut owner.balance)
    }

    /// The system's blocklist for one kind of value.
    pub fn blocklist_mut(&mut self, application: Uuid, entry_type: &str) -> Option<&mut List> {
        self.lists
            .iter_mut()
            .find(|list| list.application == application && list.blocks(entry_type))
    }

    pub fn latest_published(&self, group: Uuid) -> Option<&Workflow> {
        let versions = self.workflows.iter().filter(|known| known.group == group);
        versions
            .filter(|known| known.published_at.is_some())
            .max_by_key(|known| known.version)
    }

    /// The version a session runs when it names `id`, which may be a group or any version of it.
    pub fn workflow_to_run(&self, id: Uuid, application: Uuid) -> Option<&Workflow> {
        let mut own = self
            .workflows
            .iter()
            .filter(|known| known.application == application);
        let named = own.find(|known| known.group == id || known.uuid == id)?;
        self.latest_published(named.group)
    }

    /// The workflow whose own link ends in `token`.
    pub fn workflow_by_link(&self, token: &str) -> Option<&Workflow> {
        self.workflows.iter().find(|known| known.url_token == token)
    }

    pub fn session(&self, id: Uuid) -> Option<&Session> {
        self.sessions.iter().find(|session| session.id == id)
    }

    pub fn session_mut(&mut self, id: Uuid) -> Option<&mut Session> {
        self.sessions.iter_mut().find(|session| session.id == id)
    }

    pub fn statistics(&self, destination: Uuid) -> Statistics {
        let mut statistics = Statistics::default();
        let own = self
            .deliveries
            .iter()
            .filter(|known| known.event.destination == destination);
        for delivery in own {
            statistics.total += 1;
            statistics.failed += u64::from(!delivery.succeeded());
            statistics.times.extend(delivery.response_time_ms);
            statistics.last = Some(seconds(delivery.finished_at));
        }
        statistics
    }
}
