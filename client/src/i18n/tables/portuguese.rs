//! The page in Portuguese.

use crate::i18n::day::DayNames;
use crate::i18n::phrases::{Numbers, Phrases, With};

pub static PHRASES: Phrases = Phrases {
    numbers: Numbers { decimal_mark: ",", thousands_mark: "\u{a0}", acre: "acres" },
    days: DayNames {
        months: [
            "jan.", "fev.", "mar.", "abr.", "mai.", "jun.", "jul.", "ago.", "set.", "out.", "nov.",
            "dez.",
        ],
        after_day: "",
    },

    tagline: "Quanto ardeu o terreno, visto por satélite antes e depois do incêndio.",
    caveat: "Mostra como mudaram as plantas, vistas por satélites. Não mostra danos em \
        edifícios. Não é um mapa oficial.",
    map: "Mapa da severidade do fogo",
    close: "Fechar",
    show_panel: "Mostrar regiões e legenda",
    hide_panel: "Mostrar mais mapa",
    natural_earth: "Terra e fronteiras: Natural Earth",
    geonames: "Lugares: GeoNames (CC BY 4.0)",
    settings: "Língua e unidades",
    language_title: "Língua",
    units_title: "Áreas",
    hectares: "Hectares",
    acres: "Acres",
    open_full_map: "Abrir o mapa completo",
    imprint: "Aviso legal",
    privacy: "Privacidade",
    damage_map: "Mapa oficial dos danos",

    legend: "Severidade do fogo",
    legend_titles: [
        "Mais verde do que antes",
        "Não ardido",
        "Severidade baixa",
        "Severidade média, metade inferior",
        "Severidade média, metade superior",
        "Severidade alta",
    ],
    any_value: "qualquer valor",
    below: With::new("menos de {0}"),
    and_more: With::new("{0} ou mais"),
    from_to: With::new("{0} a {1}"),
    hint: "Clique no mapa para ler um valor.",
    colours: "Cores",
    palette_titles: ["Próprias para daltónicos", "Habituais (UN-SPIDER)", "Como MTBS"],
    opacity: "Opacidade",
    basemap: "Fundo",
    plain_basemap: "Simples",

    regions: "Regiões",
    find_region: "Procurar uma região na lista",
    loading_regions: "A carregar as regiões…",
    slow_regions: "As regiões demoram mais do que o habitual. A ligação pode estar lenta.",
    regions_missing: "Não foi possível carregar as regiões.",
    no_regions: "Ainda não há regiões. Os mapas aparecerão aqui quando o responsável pelo sítio \
        as acrescentar.",
    no_region_matches: "Nenhuma região com esse nome.",
    regions_found: With::new("{0} de {1} regiões"),
    more_regions: With::new("Mais {0}: escreva um nome para as encontrar."),
    about_region: With::new("Acerca de {0}"),
    fires: "Incêndios",
    find_fire: "Procurar um incêndio na lista",
    fire_order: "Ordenar por",
    fire_orders: ["Último visto", "Tamanho", "Proximidade"],
    fires_in_view: "Só à vista",
    no_fires: "De momento não se conhece nenhum incêndio.",
    no_fire_matches: "Nenhum incêndio com esse nome ou lugar.",
    fires_found: With::new("{0} de {1} incêndios"),
    more_fires: With::new("Mais {0}: escreva um lugar para os encontrar."),
    fires_checked: With::new("Incêndios verificados pela última vez em {0} ({1})."),
    fire_gone: "Esse incêndio já não consta da lista.",
    fire_states: [
        "Ativo",
        "Ativo de novo",
        "Sem novas deteções",
        "Extinto",
        "Extinto, mapa definitivo",
    ],
    by_detections: "segundo deteções por satélite",
    fire_by_map: With::new("{0}. {1} ardidos, segundo o mapa de imagens de satélite."),
    fire_images: With::new("As suas imagens terminam em {0}."),
    fire_by_points: With::new("{0}. {1} dentro do contorno das deteções por satélite."),
    area_by_map: "Ardido, segundo o mapa",
    area_by_map_note: "Terreno que mudou como ao arder e toca numa deteção. Mostra plantas, não casas.",
    area_by_points: "Segundo deteções",
    area_by_points_note: "As deteções têm centenas de metros de largura: em geral abrangem mais do que \
        ardeu, e um fogo breve escapa.",
    fire_seen: "Primeira e última deteção",
    growth: "Área segundo deteções, dia a dia",
    no_fire_map: [
        "Sem mapa: o incêndio é demasiado pequeno.",
        "Sem mapa: o incêndio é demasiado grande para um só mapa.",
        "Ainda sem mapa: aguarda a sua vez.",
        "Sem mapa: não foi possível calculá-lo. Será tentado de novo.",
    ],
    outlines_link: "Contornos e progressão (GeoJSON)",
    fires_problem: "Não foi possível carregar a lista de incêndios.",
    fire_lines_problem: With::new("Não foi possível ler {0} incêndios da lista."),
    burnt: "ardido",
    changed: "mudado",
    images_before_and_after: With::new("Imagens de antes do incêndio: {0}. De depois: {1}."),

    pending: "Ainda sem mapa",
    images_until: With::new("Imagens até {0} ({1})"),
    map_of: With::new("Mapa de {0}"),
    note_overdue: "atualização em atraso",
    note_stale: "atualização muito em atraso",
    note_failed: "atualização falhada",
    note_waiting: "à espera de uma imagem nítida",
    no_map_published: "Nenhum mapa publicado",
    failed_first: "A primeira atualização falhou",
    waiting_first: "À espera de uma imagem nítida",
    description_broken: "Não foi possível carregar a sua descrição",
    today: "hoje",
    yesterday: "ontem",
    days_ago: With::new("há {0} dias"),
    months_ago: With::new("há {0} meses"),
    years_ago: With::new("há {0} anos"),
    of_today: "de hoje",
    one_day_old: "de há 1 dia",
    days_old: With::new("de há {0} dias"),
    months_old: With::new("de há {0} meses"),
    years_old: With::new("de há {0} anos"),

    share: "Copiar ligação a esta vista",
    shared: "Ligação copiada.",
    not_shared: "Não foi possível copiar a ligação: copie o endereço da página.",
    compare: "Comparar com o fundo",
    divider: "Divisória: severidade do fogo à esquerda, fundo à direita",
    range_least: "dNBR mínimo mostrado",
    no_limit: "qualquer",
    range_end: "dNBR máximo mostrado",
    legend_use: "Toque numa classe para a ocultar ou mostrar.",
    areas_of: With::new("Mapa diário de {0}, células de {1} m"),
    seen_once: With::new("Visto uma só vez, não confirmado: {0}."),
    nightly_maps: "Mapas diários",
    not_seen: "Não visto: nuvens, sem imagem",
    outside_zone: "Não examinado: fora da zona do incêndio",
    patch: With::new("Marca de incêndio, {0}, pior classe: {1}. Ir para lá."),
    tools: "Ferramentas",
    loading_tools: "A carregar esta ferramenta…",
    locate: "Mostrar onde estou",
    locating: "À procura da sua posição…",
    located: With::new("Está aqui (± {0}). A sua posição não é incluída na ligação."),
    not_located_in_the_open: "A localização exige https. Avise o responsável pelo sítio.",
    not_located_refused: "A localização está bloqueada para este sítio. Permita-a no navegador e tente de \
        novo.",
    not_located_in_time: "Demorou demasiado a encontrar a sua posição. Tente de novo, se possível a céu \
        aberto.",
    not_located: "O seu dispositivo não encontrou a posição. Verifique se o serviço de localização \
        está ligado.",
    highres: "Alta resolução",
    measure: "Medir uma área",
    measure_how: "Toque nos cantos. Para fechar o contorno, toque de novo no primeiro ou em \
        «Concluir».",
    finish: "Concluir",
    measure_keys: "Com o teclado: as setas movem o mapa, Espaço põe um canto na mira, Retrocesso \
        retira um, Enter conclui, Escape sai.",
    measure_done: "Clique para começar outro contorno. Esc fecha.",
    measure_crossed: "O contorno cruza-se a si próprio, por isso não tem área.",
    around: With::new("{0} de contorno"),
    save_image: "Guardar imagem desta vista",
    saved: "Imagem guardada.",
    saved_plain: "Guardada sem o mapa de fundo: o seu servidor não permite cópias.",
    not_saved: "O navegador não conseguiu criar uma imagem desta vista. Uma janela mais pequena \
        pode ajudar.",
    picture_of: With::new("{0}. Imagens de antes e depois: {1}."),
    picture_made: With::new("Feito com {0} em {1}."),
    coverage_due: "atualização por fazer",
    coverage_stale: "mapa antigo",
    coverage_pending: "ainda sem mapa",
    coverage_failed: "atualização falhada",
    coverage_broken: "ilegível",

    reading_loading: "A ler o mapa…",
    unburned_point: "Não ardido, até onde veem os satélites",
    unburned_tile: "Tudo o que se viu por aqui não ardeu.",
    no_value: With::new("Não visto aqui: {0}"),
    no_map_here: "Aqui ainda não há mapa",
    no_map_here_detail: "A região está configurada, mas não foi publicado nenhum mapa.",
    outside_regions: "Fora das regiões com mapa",
    outside_regions_detail: "Aqui não há mapa. Os mapas estão dentro das regiões delimitadas.",
    nearest: With::new("Mais perto: {0}, a {1}."),
    unavailable: "Não foi possível carregar esta parte do mapa",
    unavailable_detail: "Verifique a ligação e clique de novo.",
    mostly_empty: With::new("Por aqui não se viu nada, sobretudo: {0}."),
    dnbr: With::new("dNBR {0}"),
    dnbr_below: With::new("dNBR inferior a {0}"),
    dnbr_and_more: With::new("dNBR {0} ou mais"),
    read_from: With::new("Lido no mapa de {0}."),
    nightly_cells: With::new("Mapa diário, células de {0} m"),
    empty: [
        "fora da região",
        "fora da zona do incêndio",
        "nunca observado",
        "nuvem, sombra ou neve",
        "água",
        "sem dados",
    ],
    empty_detail: [
        "A região termina antes deste lugar.",
        "Só há mapa da zona do incêndio.",
        "Nenhuma imagem de antes, ou nenhuma de depois do incêndio.",
        "Nublado em todas as imagens de antes, ou em todas as de depois do incêndio.",
        "Água (lago, rio ou mar).",
        "As imagens não têm dados aqui.",
    ],
    north: "N",
    south: "S",
    east: "E",
    west: "O",

    latest_image: "Imagens até",
    cell_size: "Tamanho das células",
    last_update: "Mapa calculado",
    last_attempt: "Última tentativa",
    burnt_title: "Ardido",
    changed_title: "Mudado",
    low_res: With::new("Células de {0} m. Para 20 m escolha «Alta resolução»."),
    high_res_here: "Alta resolução aqui",
    high_res_missing: "Este sítio não oferece alta resolução a pedido.",
    burning_note: With::new(
        "Ainda ativo, ou de fim desconhecido: o mapa mostra o que tinha ardido até {0}, \
            onde o terreno foi visto.",
    ),
    rolling_note: With::new(
        "Não se conhece aqui a data de nenhum incêndio. O mapa mostra o que mudou entre \
            {0} e {1}: fogo, mas também cortes, colheitas ou seca.",
    ),
    change_only: "Mostra mudanças, não só fogo.",
    points_since: With::new("Conhecem-se pontos de fogo ativo desde {0}."),
    parted_note: With::new(
        "A severidade é pintada onde os satélites viram fogo. {0} mudaram como ao arder \
            onde não viram nenhum desde {1}.",
    ),
    no_fire_seen: "Mudado, sem fogo visto",
    no_fire_since: With::new(
        "Mudou como ao arder ({0}), mas aqui não foi detetado fogo desde {1}.",
    ),
    areas: "Área por classe",
    counted_from: With::new("contado em células de {0} m"),
    images: "Imagens comparadas",
    before: "Antes",
    after: "Depois",
    searched: With::new("procurado: {0}"),
    why_windows: "Porquê estes dias",
    around_fire: With::new("Em torno do incêndio de {0}."),
    explicit_windows: "Datas escolhidas pelo responsável pelo sítio.",
    since_fire: With::new(
        "O incêndio começou em {0} e não se conhece o seu fim: as últimas imagens desde \
            então.",
    ),
    rolling_windows: With::new(
        "Sem data de incêndio: os últimos {0} dias face aos mesmos dias do ano anterior.",
    ),
    scenes: With::new("Imagens usadas ({0})"),
    cloud: "Nuvens",
    cloud_unknown: "desconhecido",
    offset: "Correção",
    scenes_unused: With::new("Imagens não usadas ({0})"),
    offset_raster_bands: "correção de raster:bands da imagem",
    offset_none: "nem a imagem nem a coleção têm correção",
    offset_collection: "correção da coleção",
    offset_below_04_00: "versão de processamento anterior a 04.00",
    offset_boa_applied: "boa_offset_applied é true",
    offset_boa_doubted: "não verificado: boa_offset_applied é true, mas nenhum píxel é mais escuro do que \
        a correção",
    offset_as_delivered: "versão de processamento 04.00 ou posterior, ficheiros tal como entregues",
    offset_dark_pixels: "píxeis mais escuros do que a correção permite: já subtraída",
    offset_unverified_bands: "não verificado: correção de raster:bands da imagem",
    offset_unverified_baseline: "não verificado: versão 04.00 ou posterior, a imagem não indica correção",
    offset_raster_bands_in_dn: "correção de raster:bands da imagem, em números digitais",
    offset_unverified_none: "não verificado: nem a imagem nem a coleção têm correção",
    skipped_duplicate: With::new("duplicado de {0}"),
    skipped_too_cloudy: With::new("nebulosidade de {0} %, superior a {1} %"),
    skipped_better_scenes: With::new("{0} imagens melhores de {1}"),
    skipped_unreadable: "não é possível ler os seus ficheiros",
    skipped_refused: "os seus ficheiros estão onde o catálogo não pode remeter",
    warning_incomplete_search: With::new(
        "Podem faltar imagens: o catálogo indica {0} e enviou {1}.",
    ),
    warning_unrequested: With::new(
        "Podem faltar imagens: de {1} que o catálogo enviou, {0} não correspondem à \
            pesquisa.",
    ),
    warning_unmasked: With::new(
        "Imagens sem máscara de nuvens: {0}. As suas nuvens podem parecer terreno ardido.",
    ),
    warning_other_mask: With::new(
        "Imagens cuja máscara de nuvens é descrita de outro modo: {0}. As nuvens podem \
            parecer terreno ardido.",
    ),
    warning_mostly_burnt: With::new(
        "{0} % do terreno visto ardeu. É raro: as imagens podem diferir por outra causa.",
    ),
    warning_mostly_regrown: With::new(
        "{0} % do terreno visto reverdeceu. É raro: as imagens podem diferir por outra \
            causa.",
    ),
    warning_less_seen: With::new(
        "Imagens que mostram menos terreno do que indica o seu catálogo: {0}.",
    ),
    warning_uncertain_offset: With::new(
        "Imagens cuja escala é incerta: {0}. Todas as severidades podem estar erradas.",
    ),
    warning_no_fire_for_offset: "Não foi subtraída a correção do dNBR: não se sabe que terreno ardeu.",
    warning_small_offset_ring: With::new(
        "Não foi subtraída a correção do dNBR: só há {0} células limpas em torno do \
            incêndio.",
    ),
    warning_background_drift: With::new(
        "O terreno não ardido tem um dNBR de {0}. Todas as severidades estão desviadas em \
            cerca de outro tanto.",
    ),
    warning_sparse_vegetation: With::new(
        "Ardeu erva ou vegetação esparsa (NBR mediano antes: {0}). As classes são para \
            terreno arborizado, e RdNBR é instável.",
    ),
    warning_low_sun: With::new(
        "Imagens com o sol abaixo de 25°: {0}. As encostas à sombra podem parecer \
            ardidas.",
    ),
    warning_drifting_orbit: With::new(
        "Imagens do Landsat 7 desde que a sua órbita baixou: {0}. Diferem das outras só \
            pela luz.",
    ),
    provisional_point: With::new(
        "{0}. Visível até agora numa só imagem, não confirmado por outra.",
    ),
    provisional_title: "Provisório",
    provisional: With::new("{0} ardidos até agora numa só imagem, não confirmados por outra"),
    empty_part: "Não visto",
    nothing_empty: "nada, todas as células têm valor",
    of_the_region: With::new("{0} da região"),
    quality: "Qualidade",
    implausible: "Valores impossíveis",
    background: "dNBR do terreno não ardido",
    background_value: With::new("{0} ± {1}"),
    clear_views: "Imagens nítidas por célula",
    masks: "Mascarado",
    links: "Descarregar e reutilizar",
    metadata_link: "Metadados (JSON)",
    raster_link: "Raster (GeoTIFF)",
    layer_links: [
        "Dia da imagem de antes (GeoTIFF)",
        "Dia da imagem de depois (GeoTIFF)",
        "Imagens nítidas (GeoTIFF)",
        "Porque está vazia uma célula (GeoTIFF)",
    ],
    tiles_link: "Mosaicos para QGIS (XYZ)",
    copy: "Copiar",
    copy_what: With::new("Copiar: {0}"),
    copied: "Copiado",
    copy_failed: "A cópia foi recusada: selecione o texto e copie-o.",
    cite: "Citar este mapa",
    citation: With::new(
        "{0}: severidade do fogo (dNBR), {1}. Imagens de {2} e {3}; mapa de {4}, execução \
            {5}. {6}. {7}, consultado em {8}.",
    ),

    last_run_failed: With::new("A última atualização falhou: {0}"),
    last_run_waits: "A próxima atualização aguarda uma imagem nítida.",
    failures_in_a_row: With::new("{0} atualizações seguidas falharam."),
    old_map_stays: "O mapa mostrado é o último que foi possível fazer.",
    technical_message: "Mensagem técnica",
    no_scene_before: "não há uma imagem suficientemente nítida de antes do incêndio.",
    no_scene_after: "não há uma imagem suficientemente nítida de depois do incêndio.",
    unreadable_scenes: "não foi possível ler imagens do arquivo.",
    too_little_seen: "nuvens ou lacunas escondem uma parte demasiado grande da região.",
    disk_full: "o servidor tem pouco espaço livre em disco.",
    took_too_long: "o cálculo do mapa demorou demasiado.",
    was_killed: "o servidor parou durante o cálculo.",
    catalogue_silent: "não foi possível contactar o catálogo de imagens.",
    unknown_failure: "um erro que os responsáveis pelo sítio têm de examinar.",
    pending_detail: "Ainda sem mapa. O primeiro aparecerá depois da próxima atualização noturna.",
    waiting_detail: "Ainda não há uma imagem nítida posterior ao incêndio. O mapa virá assim que \
        houver uma.",
    earlier_map: With::new("Este é um mapa anterior, com imagens até {0}."),
    earlier_maps: "Mapas anteriores",
    newest_map: "Ver o mapa mais recente",
    region_loading: "A carregar a descrição desta região…",
    region_broken: "Não foi possível carregar a descrição desta região. As outras regiões não são \
        afetadas.",

    search: "Procurar um lugar",
    search_placeholder: "Lugar, incêndio ou coordenadas",
    search_results: "Resultados da pesquisa",
    loading_places: "A carregar a lista de lugares…",
    places_missing: "Não foi possível carregar a lista de lugares; ainda pode procurar regiões e \
        coordenadas.",
    nothing_found: "Nada encontrado. Tente outra grafia, ou coordenadas como 35.12, -119.9.",
    press_enter: "Não está na lista de lugares. Prima Enter para procurar uma morada.",
    results_found: With::new("{0} resultados"),
    inhabitants: With::new("{0} habitantes"),
    a_region: "Região",
    group: With::new("Grupo: {0}"),
    a_fire: "Incêndio",
    a_position: "Posição",
    latitude_first: "primeiro a latitude",
    longitude_first: "primeiro a longitude",
    ambiguous: "Há duas leituras possíveis. Em geral a latitude vem primeiro; acrescente N, S, E \
        ou W para ter a certeza.",
    not_on_earth: "A latitude vai de −90 a 90, a longitude de −180 a 180.",

    retry: "Repetir",
    dismiss: "Ignorar",
    index_problem: "Não foi possível carregar a lista de regiões.",
    line_problem: "Não foi possível ler uma região da lista.",
    lines_problem: With::new("Não foi possível ler {0} regiões da lista."),
    region_problem: With::new("Não foi possível carregar {0}."),
    regions_problem: With::new("Não foi possível carregar {0} regiões."),
    tiles_problem: With::new("Não foi possível carregar alguns mosaicos de {0}."),
    land_problem: "Não foi possível carregar os contornos da terra.",
    basemap_problem: With::new("Não foi possível carregar o fundo «{0}»."),
    language_problem: With::new("Não foi possível carregar a página nesta língua: {0}."),
    tools_problem: "Não foi possível carregar esta ferramenta.",
    config_problem: "Não foi possível carregar as definições deste sítio.",

    help: "O que mostra este mapa?",
    help_title: "O que mostra este mapa",
    third_party_notices: "Avisos de terceiros",
    explanations: [
        (
            "dNBR",
            "As plantas sãs refletem muito infravermelho próximo e pouco infravermelho de \
                onda curta; o terreno ardido faz o contrário. O índice normalizado de área \
                ardida (NBR) compara os dois. O dNBR é o NBR de antes do incêndio menos o de \
                depois: 0 significa nenhuma mudança; quanto mais alto, mais vegetação se perdeu.",
        ),
        (
            "As classes",
            "Severidade baixa, média e alta são intervalos de dNBR publicados pelo Serviço \
                Geológico dos Estados Unidos (Key e Benson, 2006). Não foram ajustados a cada \
                paisagem: o mesmo número pode significar mais ou menos dano em erva, mato ou \
                floresta. O valor figura sempre ao lado da classe.",
        ),
        (
            "Os seus limites",
            "O mapa vê a vegetação de cima. Não vê danos em edifícios, fogo sob uma copa \
                fechada nem solo abaixo da superfície. Seca, colheitas, cortes, neve e neblina \
                podem parecer fogo. O que as nuvens esconderam está tracejado: não visto não é \
                não ardido. Um fogo menor do que uma célula é misturado na média com o que o \
                rodeia; o tamanho das células está ao lado das áreas.",
        ),
        (
            "Mapas de incêndios e mapas contínuos",
            "Onde se conhece a data de um incêndio, comparam-se imagens de pouco antes com \
                imagens de pouco depois; enquanto não se conhece o seu fim, com as mais \
                recentes. Noutros lugares o mapa é contínuo: as últimas semanas face às mesmas \
                semanas do ano anterior. Mostra o que mudou entre as duas datas, qualquer que \
                seja a causa.",
        ),
        (
            "Não é um mapa oficial",
            "É feito automaticamente com imagens de satélite abertas e ninguém o verificou no \
                terreno. Para evacuação, seguros ou segurança, consulte as autoridades.",
        ),
    ],
};
