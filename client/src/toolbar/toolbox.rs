//! The tools that load when they are first used, as the page has them: the page's end of the
//! bridge.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use js_sys::Function;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::prelude::*;
use web_sys::HtmlElement;

use crate::i18n::words;
use crate::map::leaflet::{Map, options};
use crate::state::address::Address;
use crate::state::map_state::MapState;
use crate::state::problem::{self, LoadError};
use crate::ui::effect::follow;

#[wasm_bindgen]
extern "C" {
    /// Loads the module and gives its tools; an error where the network fails. See start.js.
    #[wasm_bindgen(catch, js_namespace = dragonfly, js_name = tools)]
    async fn load(page: &JsValue) -> Result<JsValue, JsValue>;

    #[derive(Clone)]
    type ToolsModule;
    #[wasm_bindgen(method)]
    fn run(this: &ToolsModule, command: &str);
}

/// The tools. A copy is the same toolbox.
#[derive(Clone, Copy)]
pub struct Toolbox {
    at: MapState,
    told: PageSignals,
    room: StoredValue<Option<HtmlElement>, LocalStorage>,
    listeners: StoredValue<Rc<RefCell<Vec<Function>>>, LocalStorage>,
    tools: StoredValue<Option<ToolsModule>, LocalStorage>,
    is_loading: StoredValue<bool>,
    /// What waits for the tools.
    waiting: StoredValue<Vec<&'static str>>,
}

/// What the page tells its tools, and what they tell it.
#[derive(Clone, Copy)]
pub struct PageSignals {
    /// What is shown.
    pub address: Signal<Address>,
    /// The metadata of the region that the legend speaks of, as it was published.
    pub region: Signal<Option<Arc<str>>>,
    /// Whose work the map shows.
    pub sources: Signal<String>,
    /// What is said beside the map.
    pub said: RwSignal<Option<String>>,
    /// Hears what went wrong.
    pub problems: RwSignal<Vec<LoadError>>,
}

impl Toolbox {
    /// Tools that are not loaded yet, but will be when the address holds something for them.
    pub fn new(at: MapState, told: PageSignals) -> Self {
        let listeners = Rc::<RefCell<Vec<Function>>>::default();
        let this = Self {
            at,
            told,
            room: StoredValue::new_local(
                document().create_element("div").ok().and_then(|room| room.dyn_into().ok()),
            ),
            listeners: StoredValue::new_local(listeners.clone()),
            tools: StoredValue::new_local(None),
            is_loading: StoredValue::default(),
            waiting: StoredValue::default(),
        };
        let address = Memo::new(move |_| Address { centre: None, ..told.address.get() });
        follow(move || {
            words();
            address.track();
            told.region.track();
            told.sources.track();
            at.claimed.track();
            at.part.track();
            // A copy, since whoever hears may begin to listen with another ear.
            let hearing = listeners.borrow().clone();
            for hear in &hearing {
                // A tool that fails has told the console why.
                let _ = hear.call0(&JsValue::NULL);
            }
        });
        follow(move || {
            if at.map.with(Option::is_some) && at.part.with(Option::is_some) {
                this.load();
            }
        });
        this
    }

    /// The element of the panel that belongs to the tools: the same, however often the panel is
    /// made.
    pub fn room(self) -> Option<HtmlElement> {
        self.room.get_value()
    }

    /// Lets the tools do something that the reader asked for; they are loaded first, if need be,
    /// and that is said.
    pub fn run(self, command: &'static str) {
        if self.tools.with_value(Option::is_none) {
            self.told.said.set(Some(words().loading_tools.to_owned()));
        }
        self.run_quietly(command);
    }

    /// Lets the tools do something that nobody asked for.
    pub fn run_quietly(self, command: &'static str) {
        match self.tools.get_value() {
            Some(tools) => tools.run(command),
            None => {
                self.waiting.update_value(|waiting| waiting.push(command));
                self.load();
            }
        }
    }

    /// Loads the tools, unless they are here or on their way.
    pub fn load(self) {
        let Some(map) = self.at.map.get_untracked() else {
            return;
        };
        if self.is_loading.get_value() {
            return;
        }
        self.is_loading.set_value(true);
        spawn_local(async move {
            let loaded = load(&self.page(&map)).await;
            if self.told.said.with_untracked(|said| said.as_deref() == Some(words().loading_tools))
            {
                self.told.said.set(None);
            }
            match loaded {
                Ok(tools) => {
                    let tools: ToolsModule = tools.unchecked_into();
                    let waiting = self.waiting.try_update_value(std::mem::take).unwrap_or_default();
                    waiting.into_iter().for_each(|command| tools.run(command));
                    self.tools.set_value(Some(tools));
                }
                Err(_) => {
                    self.is_loading.set_value(false);
                    self.complain(LoadError::Tools);
                }
            }
        });
    }

    /// Tries again what could not be loaded.
    pub fn retry(self) {
        if self.waiting.with_value(|waiting| !waiting.is_empty())
            || self.at.part.with_untracked(Option::is_some)
        {
            self.load();
        }
    }

    fn complain(self, problem: LoadError) {
        self.told.problems.update(|problems| problem::add(problems, problem));
    }

    /// The object that `bridge.rs` describes.
    fn page(self, map: &Map) -> JsValue {
        let (PageSignals { address, region, sources, said, .. }, MapState { claimed, part, .. }) =
            (self.told, self.at);
        let listeners = self.listeners.get_value();
        let listen =
            Closure::<dyn Fn(Function)>::new(move |hear| listeners.borrow_mut().push(hear));
        options([
            ("map", map.into()),
            ("room", self.room().into()),
            ("address", tell(move || Some(address.get_untracked().to_fragment()))),
            (
                "region",
                tell(move || region.with_untracked(|text| text.as_deref().map(str::to_owned))),
            ),
            ("sources", tell(move || Some(sources.get_untracked()))),
            ("language", tell(|| Some(words().language.tag().to_owned()))),
            ("units", tell(|| Some(words().units.key().to_owned()))),
            ("part", tell(move || part.get_untracked())),
            ("setPart", hear(move |text| part.set(text))),
            ("claimed", tell(move || claimed.get_untracked())),
            ("claim", hear(move |tool| claimed.set(tool))),
            ("say", hear(move |sentence| said.set(sentence))),
            (
                "complain",
                hear(move |sentence| {
                    sentence.into_iter().for_each(|it| self.complain(LoadError::Told(it)))
                }),
            ),
            ("listen", listen.into_js_value()),
        ])
        .into()
    }
}

fn tell(answer: impl Fn() -> Option<String> + 'static) -> JsValue {
    Closure::<dyn Fn() -> Option<String>>::new(answer).into_js_value()
}

fn hear(act: impl Fn(Option<String>) + 'static) -> JsValue {
    Closure::<dyn Fn(Option<String>)>::new(act).into_js_value()
}
