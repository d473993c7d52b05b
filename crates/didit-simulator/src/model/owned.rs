//! Finding what there is by its id, and what belongs to somebody.

use uuid::Uuid;

use super::{
    accounts::{Account, Application, Organization},
    lists::List,
    sessions::Session,
    webhooks::Destination,
    workflows::Workflow,
};

/// What has an id and belongs to an application, or to what stands above it.
pub trait Owned {
    fn id(&self) -> Uuid;
    fn owner(&self) -> Uuid;
}

macro_rules! owned {
    ($($kind:ty: $id:ident of $owner:ident;)*) => {
        $(impl Owned for $kind {
            fn id(&self) -> Uuid {
                self.$id
            }

            fn owner(&self) -> Uuid {
                self.$owner
            }
        })*
    };
}

owned! {
    Account: uuid of uuid;
    Organization: uuid of uuid;
    Application: uuid of organization;
    Workflow: uuid of application;
    Session: id of application;
    List: uuid of application;
    Destination: uuid of application;
}

/// All that there is of one kind, oldest first.
pub trait All<T: Owned + 'static>: AsRef<[T]> + AsMut<[T]> {
    fn of(&self, owner: Uuid) -> impl DoubleEndedIterator<Item = &T> {
        let all = self.as_ref().iter();
        all.filter(move |one| one.owner() == owner)
    }

    fn of_mut(&mut self, owner: Uuid) -> impl Iterator<Item = &mut T> {
        let all = self.as_mut().iter_mut();
        all.filter(move |one| one.owner() == owner)
    }

    fn one(&self, id: Uuid) -> Option<&T> {
        self.as_ref().iter().find(|one| one.id() == id)
    }

    fn one_mut(&mut self, id: Uuid) -> Option<&mut T> {
        self.as_mut().iter_mut().find(|one| one.id() == id)
    }
}

impl<T: Owned + 'static> All<T> for [T] {}
