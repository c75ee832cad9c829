//! The page's end of the bridge: loads the tools when one is first used, and runs their commands.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use js_sys::Function;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::prelude::*;
use web_sys::HtmlElement;

use crate::i18n::{language_file, words};
use crate::map::leaflet::{Map, options};
use crate::state::address::Address;
use crate::state::map_state::MapState;
use crate::state::problem::{self, LoadError};
use crate::ui::effect::effect;

#[wasm_bindgen]
extern "C" {
    /// Loads the module and returns its tools; an error where the network fails. See start.js.
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
    map_state: MapState,
    signals: PageSignals,
    container: StoredValue<Option<HtmlElement>, LocalStorage>,
    listeners: StoredValue<Rc<RefCell<Vec<Function>>>, LocalStorage>,
    tools: StoredValue<Option<ToolsModule>, LocalStorage>,
    is_loading: StoredValue<bool>,
    /// Commands to run once the tools are loaded.
    pending: StoredValue<Vec<String>>,
}

/// The signals of the page that its tools read and set.
#[derive(Clone, Copy)]
pub struct PageSignals {
    /// What is shown.
    pub address: Signal<Address>,
    /// The metadata of the region that the legend describes, as it was published.
    pub region: Signal<Option<Arc<str>>>,
    /// The attribution of what the map shows.
    pub sources: Signal<String>,
    /// The status message.
    pub toast: RwSignal<Option<String>>,
    /// What could not be loaded.
    pub problems: RwSignal<Vec<LoadError>>,
}

impl Toolbox {
    /// Tools that are not loaded yet; they load at once when the address holds something for them.
    pub fn new(map_state: MapState, signals: PageSignals) -> Self {
        let container = document().create_element("div").ok();
        let this = Self {
            map_state,
            signals,
            container: StoredValue::new_local(container.and_then(|it| it.dyn_into().ok())),
            listeners: StoredValue::new_local(Rc::default()),
            tools: StoredValue::new_local(None),
            is_loading: StoredValue::default(),
            pending: StoredValue::default(),
        };
        this.notify_on_change();
        effect(move || {
            if map_state.map.with(Option::is_some) && map_state.part.with(Option::is_some) {
                this.load();
            }
        });
        this
    }

    /// Calls the listeners after anything that the bridge returns has changed.
    fn notify_on_change(self) {
        let listeners = self.listeners.get_value();
        let address = Memo::new(move |_| Address { centre: None, ..self.signals.address.get() });
        effect(move || {
            words();
            address.track();
            self.signals.region.track();
            self.signals.sources.track();
            self.map_state.claimed.track();
            self.map_state.part.track();
            // A copy, since a listener may add another one.
            let called = listeners.borrow().clone();
            for listener in &called {
                // A tool that fails has logged why.
                let _ = listener.call0(&JsValue::NULL);
            }
        });
    }

    /// The element of the panel that belongs to the tools: the same, however often the panel is
    /// built.
    pub fn container(self) -> Option<HtmlElement> {
        self.container.get_value()
    }

    /// Runs a command of the tools; they are loaded first, if need be, with a status message.
    pub fn run(self, command: &str) {
        if self.tools.with_value(Option::is_none) {
            self.signals.toast.set(Some(words().loading_tools.to_owned()));
        }
        self.run_quietly(command);
    }

    /// Runs a command that the reader did not start: without a status message.
    pub fn run_quietly(self, command: &str) {
        match self.tools.get_value() {
            Some(tools) => tools.run(command),
            None => {
                self.pending.update_value(|pending| pending.push(command.to_owned()));
                self.load();
            }
        }
    }

    /// Loads the tools, unless they are loaded or loading.
    pub fn load(self) {
        let Some(map) = self.map_state.map.get_untracked() else {
            return;
        };
        if self.is_loading.get_value() {
            return;
        }
        self.is_loading.set_value(true);
        spawn_local(async move {
            let loaded = load(&self.bridge(&map)).await;
            let toast = self.signals.toast;
            if toast.with_untracked(|shown| shown.as_deref() == Some(words().loading_tools)) {
                toast.set(None);
            }
            match loaded {
                Ok(tools) => {
                    let tools: ToolsModule = tools.unchecked_into();
                    let pending = self.pending.try_update_value(std::mem::take).unwrap_or_default();
                    pending.iter().for_each(|command| tools.run(command));
                    self.tools.set_value(Some(tools));
                }
                Err(_) => {
                    self.is_loading.set_value(false);
                    self.report_error(LoadError::Tools);
                }
            }
        });
    }

    /// Tries again to load what could not be loaded.
    pub fn retry(self) {
        if self.pending.with_value(|pending| !pending.is_empty())
            || self.map_state.part.with_untracked(Option::is_some)
        {
            self.load();
        }
    }

    fn report_error(self, problem: LoadError) {
        self.signals.problems.update(|problems| problem::add(problems, problem));
    }

    /// The object that `bridge.rs` describes.
    fn bridge(self, map: &Map) -> JsValue {
        let PageSignals { address, region, sources, toast, .. } = self.signals;
        let MapState { claimed, layers, part, legend, .. } = self.map_state;
        let listeners = self.listeners.get_value();
        let listen = Closure::<dyn Fn(Function)>::new(move |listener| {
            listeners.borrow_mut().push(listener);
        });
        let region = move || region.with_untracked(|text| text.as_deref().map(str::to_owned));
        let report_error = move |sentence: Option<String>| {
            sentence.into_iter().for_each(|it| self.report_error(LoadError::Reported(it)));
        };
        options([
            ("map", map.into()),
            ("toolsContainer", self.container().into()),
            ("address", getter(move || Some(address.get_untracked().to_fragment()))),
            ("region", getter(region)),
            ("sources", getter(move || Some(sources.get_untracked()))),
            ("language", getter(|| Some(words().language.tag().to_owned()))),
            ("phrases", getter(|| language_file::text(words().language).map(str::to_owned))),
            ("units", getter(|| Some(words().units.key().to_owned()))),
            ("part", getter(move || part.get_untracked())),
            ("setLayers", setter(move |text| layers.set(text))),
            ("setPart", setter(move |text| part.set(text))),
            ("setLegend", setter(move |text| legend.set(text))),
            ("claimed", getter(move || claimed.get_untracked())),
            ("claim", setter(move |tool| claimed.set(tool))),
            ("showMessage", setter(move |message| toast.set(message))),
            ("reportError", setter(report_error)),
            ("listen", listen.into_js_value()),
        ])
        .into()
    }
}

fn getter(get: impl Fn() -> Option<String> + 'static) -> JsValue {
    Closure::<dyn Fn() -> Option<String>>::new(get).into_js_value()
}

fn setter(set: impl Fn(Option<String>) + 'static) -> JsValue {
    Closure::<dyn Fn(Option<String>)>::new(set).into_js_value()
}
