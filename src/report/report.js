'use strict';
(() => {
  const all = JSON.parse(document.getElementById('data').textContent);
  const series = all.runs ? all : null;
  let run = series ? series.runs[series.series.worst] : all; // the one that is shown
  const PHASES = [['detect_ms', 'detect'], ['wait_ms', 'wait'], ['token_ms', 'token'], ['connect_ms', 'connect'],
    ['join_ms', 'join'], ['publish_ms', 'publish'], ['subscribe_ms', 'subscribe'], ['ice_ms', 'ICE'],
    ['dtls_ms', 'DTLS'], ['first_packet_ms', 'first packet'], ['first_key_frame_ms', 'key frame']];
  const FIGURES = {outage: 'outage of an edge', rejoin_total: 'way back of a participant',
    rejoin_own: 'our own part of it', rejoin_server: 'the server’s part of it',
    rejoin_detect: 'time until the loss was noticed', unaffected_gap: 'longest gap of those who lost nothing',
    fault_back: 'time from a fault until everything was back', loss: 'packets lost on an edge', jitter: 'jitter of an edge',
    latency: 'time of a frame from sender to receiver', bitrate: 'bit rate of an edge while packets came',
    fps: 'frame rate of an edge while frames came', rtt: 'round trip from a publisher to its media node'};
  const SVG = 'http://www.w3.org/2000/svg';

  const by = (id) => document.getElementById(id);
  const ms = (value) => value === null || value === undefined ? '–'
    : value < 1000 ? `${value.toFixed(0)} ms` : `${(value / 1000).toFixed(2)} s`;
  const given = (value, text) => value === null || value === undefined ? '–' : text(value);
  const percent = (value) => given(value, (v) => `${v.toFixed(v > 0 && v < 0.95 ? 2 : 1)} %`);
  const bits = (value) => given(value, (v) => v < 999500 ? `${(v / 1000).toFixed(0)} kbit/s` : `${(v / 1e6).toFixed(2)} Mbit/s`);
  const fps = (value) => given(value, (v) => `${v.toFixed(1)} fps`);
  const fine = (value) => given(value, (v) => v > 0 && v < 9.95 ? `${v.toFixed(1)} ms` : ms(v));
  const UNITS = {loss: ['percent', percent], bitrate: ['bps', bits], fps: ['fps', fps]};
  const at = (value) => value === null || value === undefined ? '–' : `${(value / 1000).toFixed(2)} s`;
  const count = (value) => value.toLocaleString('en');

  function make(tag, attributes = {}, ...children) {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
    node.append(...children.filter((child) => child !== null));
    return node;
  }

  function draw(tag, attributes, text, title) {
    const node = document.createElementNS(SVG, tag);
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
    if (text !== undefined && text !== null) node.textContent = text;
    if (title) {
      const label = document.createElementNS(SVG, 'title');
      label.textContent = title;
      node.append(label);
    }
    return node;
  }

  function row(cells, kind = 'td') {
    return make('tr', {}, ...cells.map((cell) => {
      const [text, style] = Array.isArray(cell) ? cell : [cell, ''];
      return make(kind, style ? {class: style} : {}, String(text));
    }));
  }

  // A table whose columns sort: columns are [head, value(item), text(item), class]
  function table(items, columns) {
    const body = make('tbody');
    const heads = columns.map(([head, value, , style]) => {
      const button = make('button', {type: 'button'}, head);
      const cell = make('th', {scope: 'col', ...(style === 'text' ? {class: 'text'} : {})}, button);
      button.addEventListener('click', () => {
        const down = cell.getAttribute('aria-sort') === 'ascending';
        for (const other of heads) other.removeAttribute('aria-sort');
        cell.setAttribute('aria-sort', down ? 'descending' : 'ascending');
        const rank = (item) => value(item) ?? -Infinity;
        items.sort((a, b) => (rank(a) < rank(b) ? -1 : rank(a) > rank(b) ? 1 : 0) * (down ? -1 : 1));
        fill();
      });
      return cell;
    });
    let words = '';
    function fill() {
      body.replaceChildren(...items.filter((item) => columns.map((c) => c[2](item)).join(' ').toLowerCase().includes(words))
        .map((item) => row(columns.map(([, , text, style]) => {
          const shown = text(item);
          return Array.isArray(shown) ? shown : [shown, style || ''];
        }))));
    }
    fill();
    return [make('table', {}, make('thead', {}, make('tr', {}, ...heads)), body),
      (text) => { words = text.trim().toLowerCase(); fill(); }];
  }

  function showVerdict(place, verdict) {
    place.textContent = verdict.toUpperCase();
    place.className = `verdict ${verdict}`;
  }

  function showHead() {
    showVerdict(by('verdict'), all.verdict);
    by('name').textContent = all.name || 'rejoin';
    document.title = `${all.verdict}: ${all.name || 'rejoin'}`;
    by('reason').textContent = all.reason;
    by('run').textContent = series ? `${series.series.made} of ${series.series.wanted} runs, exit code ${all.exit_code}` : describeRun();
  }

  function describeRun() {
    return `Run ${run.run}, exit code ${run.exit_code}, ${run.participants.length} participants` +
      (run.ended_at_ms === null ? ', the event log has no end' : `, ${at(run.ended_at_ms)}`) +
      (run.flowing_at_ms === null ? '' : `; everyone flowed after ${at(run.flowing_at_ms)}`);
  }

  const inPercent = (share) => `${(100 * share).toFixed(1)} %`;

  // Runs of a series: how they went, and which one is shown below
  function showSeries() {
    const s = series.series;
    by('series').hidden = false;
    by('success').textContent = s.success === null ? 'Success rate unknown: no run passed or failed.'
      : `Success rate ${inPercent(s.success)} (${s.passed} of ${s.passed + s.failed}); 95 % confidence interval ${inPercent(s.success_low)} to ${inPercent(s.success_high)}.` +
        (s.made > s.passed + s.failed ? ' Runs that were inconclusive or tested nothing do not count.' : '');
    by('series').append(figures(series.statistics));
    const numbers = new Map(series.runs.map((r, i) => [r, i + 1]));
    const dark = (r) => r.edges.filter((e) => e.down_at_end).length;
    const style = {passed: 'good', failed: 'bad', environment: 'bad', inconclusive: 'doubt'};
    const [shown] = table([...series.runs], [
      ['#', (r) => numbers.get(r), (r) => numbers.get(r)],
      ['run', (r) => r.run, (r) => r.run, 'text'],
      ['verdict', (r) => r.verdict, (r) => [r.verdict, `text ${style[r.verdict]}`], 'text'],
      ['outages', (r) => r.statistics.outage.count, (r) => r.statistics.outage.count],
      ['longest', (r) => r.statistics.outage.max_ms, (r) => ms(r.statistics.outage.max_ms)],
      ['dark at end', dark, dark],
      ['all back after', (r) => r.statistics.fault_back.max_ms, (r) => ms(r.statistics.fault_back.max_ms)],
      ['why', (r) => r.reason, (r) => [r.reason, 'text long'], 'text']]);
    by('series').append(shown);
    const choice = make('select', {id: 'choice'}, ...series.runs.map((r, i) => make('option', {value: String(i)},
      `${i + 1}: run ${r.run}, ${r.verdict}${i === s.worst ? ' (the worst)' : ''}`)));
    choice.value = String(s.worst);
    choice.addEventListener('change', () => { run = series.runs[Number(choice.value)]; showRun(); });
    by('series').append(make('p', {class: 'choice'}, make('label', {}, 'Below: ', choice)),
      make('p', {}, make('span', {id: 'chosen-verdict'}), ' ', make('span', {id: 'chosen-reason'})),
      make('p', {class: 'hint', id: 'chosen-run'}));
  }

  function showChosen() {
    if (!series) return;
    showVerdict(by('chosen-verdict'), run.verdict);
    by('chosen-reason').textContent = run.reason;
    by('chosen-run').textContent = describeRun();
  }

  function showExpectations() {
    if (!run.expectations || run.expectations.length === 0) return;
    by('expectations').hidden = false;
    by('expectations').append(make('table', {}, make('tbody', {}, ...run.expectations.map((e) => row([
      { met: ['✓', 'good'], unmet: ['✗', 'bad'], undecided: ['?', 'doubt'] }[e.state],
      [e.text, 'text'], [e.found, 'text']])))));
  }

  function figures(statistics) {
    const rows = Object.entries(FIGURES).filter(([name]) => statistics[name] && statistics[name].count > 0)
      .map(([name, words]) => {
        const s = statistics[name];
        const [unit, text] = UNITS[name] || ['ms', fine];
        return row([words, ...['min', 'p50', 'p95', 'max'].map((which) => text(s[`${which}_${unit}`])), count(s.count)]);
      });
    return rows.length === 0 ? make('p', {}, 'Nothing was lost.')
      : make('table', {class: 'figures'}, make('thead', {}, row(['', 'min', 'p50', 'p95', 'max', 'values'], 'th')), make('tbody', {}, ...rows));
  }

  function showFigures() {
    by('figures').append(figures(run.statistics));
  }

  function showFaults() {
    if (run.faults.length === 0) return;
    by('faults').hidden = false;
    by('faults').append(make('ul', {}, ...run.faults.map((f) => make('li', {},
      `${at(f.started_at_ms)}  ${f.what}${f.target ? ` ${f.target}` : ''}: ` +
      (f.ok ? 'done' : `FAILED${f.error ? `, ${f.error}` : ''}`) +
      (f.exit_code === null ? '' : `, exit code ${f.exit_code}`) +
      (f.server_detection_ms === null ? '' : `; ${f.what.endsWith('-master') ? 'the front took it out' : 'the server declared the node dead'} after ${ms(f.server_detection_ms)}`) +
      (f.back_ms === null ? '' : `; everything was back after ${ms(f.back_ms)}`)))));
  }

  // Round steps so that about six fit
  function ticks(length) {
    const wish = length / 6;
    const scale = 10 ** Math.floor(Math.log10(Math.max(wish, 1)));
    const step = [1, 2, 5, 10].map((n) => n * scale).find((n) => n >= wish) || scale * 10;
    const list = [];
    for (let t = 0; t <= length; t += step) list.push(t);
    return list;
  }

  const ROW = 22;
  const WIDTH = Math.max(560, by('timeline').clientWidth - 36); // pixels: what is too wide scrolls within its section
  const LEFT = WIDTH < 600 ? 84 : 130;

  function findEnd() {
    const moments = [run.ended_at_ms ?? 0, run.flowing_at_ms ?? 0, ...run.faults.map((f) => f.ended_at_ms ?? f.started_at_ms ?? 0)];
    for (const p of run.participants)
      for (const r of p.rejoins) moments.push(r.flowing_at_ms ?? r.lost_at_ms + r.detect_ms);
    return Math.max(1000, ...moments);
  }

  function drawAxis(svg, x, end, height) {
    for (const t of ticks(end)) {
      svg.append(draw('line', {class: 'axis', x1: x(t), x2: x(t), y1: 14, y2: height}));
      svg.append(draw('text', x(t) > WIDTH - 40 ? {x: x(t), y: 11, 'text-anchor': 'end'} : {x: x(t) + 3, y: 11}, `${t / 1000} s`));
    }
    for (const f of run.faults) {
      if (f.started_at_ms === null) continue;
      svg.append(draw('line', {class: 'fault', x1: x(f.started_at_ms), x2: x(f.started_at_ms), y1: 14, y2: height},
        null, `${f.what} at ${at(f.started_at_ms)}`));
    }
  }

  function drawRejoin(svg, x, end, y, p, r) {
    let t = r.lost_at_ms;
    const story = `${p.name}: ${r.cause}, noticed by ${r.detected_by}`;
    PHASES.forEach(([name, words], i) => {
      if (r[name] === null || r[name] === 0) return;
      svg.append(draw('rect', {x: x(t), y, width: Math.max(1, x(t + r[name]) - x(t)), height: ROW - 10, fill: `var(--p${i})`},
        null, `${story}\n${words}: ${ms(r[name])} of ${ms(r.total_ms)}`));
      t += r[name];
    });
    if (!r.back)
      svg.append(draw('rect', {class: 'never', x: x(t), y, width: Math.max(2, x(end) - x(t)), height: ROW - 10}, null,
        `${story}\nnot back${r.stuck_in ? `, stuck in ${r.stuck_in}` : ''}`));
  }

  function showTimeline() {
    const end = findEnd();
    const height = 20 + run.participants.length * ROW;
    const x = (t) => LEFT + t / end * (WIDTH - LEFT - 10);
    const svg = draw('svg', {width: WIDTH, height, role: 'img', 'aria-label': 'timeline of the participants'});
    drawAxis(svg, x, end, height);
    run.participants.forEach((p, i) => {
      const y = 22 + i * ROW;
      const name = p.name.length > LEFT / 7 ? `${p.name.slice(0, LEFT / 7 - 1)}…` : p.name;
      svg.append(draw('text', {class: 'who', x: 0, y: y + 10}, name, `${p.name}${p.group ? ` (${p.group})` : ''} in ${p.session}`));
      svg.append(draw('line', {class: 'stay', x1: x(0), x2: x(end), y1: y + 6, y2: y + 6}));
      for (const r of p.rejoins) drawRejoin(svg, x, end, y, p, r);
    });
    by('timeline').append(svg);
    by('legend').append(...PHASES.map(([, words], i) => make('span', {}, make('i', {style: `background:var(--p${i})`}), words)));
  }

  function describeEdge(e) {
    const panel = by('edge');
    const outages = e.outages_ms.map((o, i) => `${ms(o)} from ${at(e.outages_at_ms[i])} on`);
    panel.hidden = false;
    panel.replaceChildren(...[make('h3', {}, `${e.from} → ${e.to}`), make('p', {}, `session ${e.session}`),
      make('p', {}, outages.length === 0 ? 'no outage' : `outages: ${outages.join(', ')}`),
      e.down_at_end ? make('p', {class: 'bad'}, e.flowed ? `dark at the end, since ${at(e.last_outage_from_ms)}` : 'never came') : null,
      make('p', {}, `${count(e.frames)} frames, ${count(e.packets)} packets, ${count(e.bytes)} bytes; wrong frames: ${count(e.wrong_frames)}`),
      make('p', {}, `${percent(e.loss_percent)} lost (${count(e.lost_packets)} packets, ${count(e.sequence_gaps)} sequence gaps), ` +
        `${count(e.duplicates)} twice, ${count(e.reordered)} out of order`),
      make('p', {}, `${bits(e.bitrate_bps)}, ${fps(e.fps)}; jitter ${fine(e.jitter_ms)}, at most ${fine(e.jitter_max_ms)}`),
      e.candidates ? make('p', {}, `candidates: ${e.candidates.local} here, ${e.candidates.remote} there`) : null,
      make('p', {}, `longest gap ${ms(e.longest_gap_ms)}; latency ${fine(e.latency_ms)}` +
        (e.picture_checks > 0 ? `; pictures looked at: ${e.picture_checks}, bad: ${e.picture_failures}` : ''))]
      .filter((line) => line !== null));
  }

  function edgeCell(e) {
    if (!e) return make('td', {class: 'dim'}, make('button', {type: 'button', disabled: ''}, '–'));
    const longest = Math.max(...e.outages_ms, 0);
    const bad = e.down_at_end || e.wrong_frames > 0 || e.picture_failures > 0;
    const text = e.down_at_end ? (e.flowed ? 'DARK' : 'NEVER') : longest > 0 ? ms(longest) : 'ok';
    const button = make('button', {type: 'button', 'aria-pressed': 'false', title: `${e.from} → ${e.to}`,
      class: bad ? 'bad' : longest > 0 ? 'doubt' : 'good'}, text);
    button.addEventListener('click', () => {
      for (const other of by('matrices').querySelectorAll('[aria-pressed=true]')) other.setAttribute('aria-pressed', 'false');
      button.setAttribute('aria-pressed', 'true');
      describeEdge(e);
    });
    return make('td', {}, button);
  }

  function showEdges() {
    for (const session of [...new Set(run.edges.map((e) => e.session))]) {
      const edges = run.edges.filter((e) => e.session === session);
      const seen = new Set(edges.flatMap((e) => [e.from, e.to]));
      const known = run.participants.map((p) => p.name).filter((name) => seen.has(name));
      const names = [...known, ...[...seen].filter((name) => !known.includes(name))];
      const from = names.filter((name) => edges.some((e) => e.from === name));
      const to = names.filter((name) => edges.some((e) => e.to === name));
      const found = new Map(edges.map((e) => [JSON.stringify([e.from, e.to]), e]));
      by('matrices').append(make('h3', {}, session), make('table', {class: 'matrix'},
        make('thead', {}, row(['sees →', ...from], 'th')),
        make('tbody', {}, ...to.map((b) => make('tr', {}, make('th', {scope: 'row', class: 'text'}, b),
          ...from.map((a) => edgeCell(found.get(JSON.stringify([a, b])))))))));
    }
    if (run.edges.length === 0) by('matrices').append(make('p', {}, 'No edge came to be.'));
  }

  function showParticipants() {
    const last = (p) => p.rejoins[p.rejoins.length - 1];
    const groups = new Set(run.participants.map((p) => p.group));
    const [shown, filter] = table([...run.participants], [
      ['participant', (p) => p.name, (p) => p.name, 'text'],
      ...(groups.size > 1 ? [['group', (p) => p.group, (p) => p.group ?? '', 'text']] : []),
      ['session', (p) => p.session, (p) => p.session, 'text'],
      ['ways back', (p) => p.rejoins.length, (p) => p.rejoins.length],
      ['last cause', (p) => last(p)?.cause, (p) => last(p)?.cause ?? '', 'text'],
      ['took', (p) => last(p)?.total_ms, (p) => last(p) ? (last(p).back ? ms(last(p).total_ms) : ['never', 'bad']) : ''],
      ['own part', (p) => last(p)?.own_ms, (p) => last(p) ? ms(last(p).own_ms) : ''],
      ['server', (p) => last(p)?.server_ms, (p) => last(p) ? ms(last(p).server_ms) : ''],
      ['node', (p) => last(p)?.node_after, (p) => last(p)?.node_after ? `${last(p).node_before} → ${last(p).node_after}` : ''],
      ['longest gap', (p) => p.longest_gap_ms, (p) => ms(p.longest_gap_ms)],
      ['problem', (p) => p.problem, (p) => p.problem ? [p.problem, 'text long bad'] : '', 'text']]);
    by('participants').append(shown);
    by('filter').addEventListener('input', () => filter(by('filter').value));
  }

  const listWays = () => run.participants.flatMap((p) => p.rejoins.map((r) => [p, r]));

  function showWays() {
    const ways = listWays();
    if (ways.length === 0) return;
    const number = (value) => value === null ? '–' : value.toFixed(0);
    by('ways').hidden = false;
    by('ways').append(table([...ways], [
      ['participant', ([p]) => p.name, ([p]) => p.name, 'text'],
      ['cause', ([, r]) => r.cause, ([, r]) => r.cause, 'text'],
      ['noticed by', ([, r]) => r.detected_by, ([, r]) => r.detected_by, 'text'],
      ['tries', ([, r]) => r.tries, ([, r]) => r.tries],
      ...PHASES.map(([name, words]) => [words, ([, r]) => r[name], ([, r]) => number(r[name])]),
      ['own', ([, r]) => r.own_ms, ([, r]) => number(r.own_ms)],
      ['server', ([, r]) => r.server_ms, ([, r]) => number(r.server_ms)],
      ['total', ([, r]) => r.total_ms, ([, r]) => r.back ? number(r.total_ms) : [`never${r.stuck_in ? `, stuck in ${r.stuck_in}` : ''}`, 'bad']],
    ])[0]);
  }

  function showDetectors() {
    const ways = listWays();
    const names = [...new Set(ways.flatMap(([, r]) => Object.keys(r.detectors_ms)))].sort();
    if (names.length === 0) return;
    by('detectors').hidden = false;
    const [shown] = table([...ways], [
      ['participant', ([p]) => p.name, ([p]) => p.name, 'text'],
      ['cause', ([, r]) => r.cause, ([, r]) => r.cause, 'text'],
      ...names.map((name) => [name, ([, r]) => r.detectors_ms[name],
        ([, r]) => [name in r.detectors_ms ? ms(r.detectors_ms[name]) : '', name === r.detected_by ? 'acted' : '']])]);
    by('detectors').append(shown);
  }

  function showGhosts() {
    const census = run.census;
    if (!census || census.asked === 0) return;
    by('ghosts').hidden = false;
    if (census.ghosts === null) by('ghosts').append(make('p', {}, `Not known: the server did not answer (${census.error}).`));
    else if (census.ghosts.length === 0) by('ghosts').append(make('p', {}, `None; the server was asked ${count(census.answered)} times.`));
    else by('ghosts').append(table([...census.ghosts], [
      ['participant', (g) => g.name, (g) => g.name, 'text'],
      ['session', (g) => g.session, (g) => g.session, 'text'],
      ['connection', (g) => g.connection, (g) => g.connection, 'text'],
      ['since', (g) => g.since_ms, (g) => at(g.since_ms)],
      ['last seen', (g) => g.last_seen_ms, (g) => at(g.last_seen_ms)],
      ['lifetime', (g) => g.lifetime_ms, (g) => g.gone_ms === null ? [`${ms(g.lifetime_ms)}, still there`, 'bad'] : ms(g.lifetime_ms)]])[0]);
  }

  function showCurve(svg, samples, x, name, top, colour, words, y0) {
    const max = Math.max(top, ...samples.map((s) => s[name] ?? 0));
    const points = samples.filter((s) => s[name] !== null && s[name] !== undefined)
      .map((s) => `${x(s.at_ms).toFixed(1)},${(y0 + 60 - s[name] / max * 55).toFixed(1)}`);
    if (points.length === 0) return false;
    svg.append(draw('polyline', {class: 'curve', stroke: `var(${colour})`, points: points.join(' ')}));
    svg.append(draw('text', {class: 'who', x: 0, y: y0 + 30}, words));
    svg.append(draw('text', {x: 0, y: y0 + 44}, `highest: ${Math.max(...samples.map((s) => s[name] ?? 0)).toFixed(1)}`));
    return true;
  }

  function showSelf() {
    const self = run.self, samples = self.samples || [];
    by('self').hidden = false;
    by('self').append(make('p', self.overloaded ? {class: 'bad'} : {}, self.overloaded
      ? `Overloaded: ${self.overload}. The times may be this machine’s own fault.`
      : `Late by ${ms(Math.max(self.loop_lag_ms, self.pacing_lag_ms))} at most.`));
    if (samples.length < 2) return;
    const end = findEnd();
    const x = (t) => LEFT + Math.min(t, end) / end * (WIDTH - LEFT - 10);
    const svg = draw('svg', {width: WIDTH, height: 500, role: 'img', 'aria-label': 'load of the tester'});
    let y = 16;
    drawAxis(svg, x, end, 500);
    for (const [name, top, colour, words] of [['loop_lag_ms', 20, '--p3', 'loop lag, ms'], ['pacing_lag_ms', 20, '--p7', 'pacing lag, ms'],
      ['cpu_percent', 100, '--p9', 'own CPU, % of one'], ['machine_percent', 100, '--p2', 'machine’s CPU, %'],
      ['receive_drops', 1, '--p10', 'packets dropped'], ['memory_mb', 10, '--p1', 'memory, MB'], ['threads', 10, '--p5', 'threads'], ['files', 10, '--p6', 'open files']])
      if (showCurve(svg, samples, x, name, top, colour, words, y)) y += 60;
    svg.setAttribute('height', y + 4);
    by('self').append(svg);
  }

  function showWarnings() {
    if (run.warnings.length === 0) return;
    by('warnings').hidden = false;
    by('warnings').append(make('ul', {}, ...run.warnings.map((w) => make('li', {}, w))));
  }

  function showClocks() {
    const clocks = run.clocks || [];
    const bound = (value) => value === null ? 'unknown' : ms(Math.abs(value));
    if (clocks.length === 0) return;
    by('clocks').hidden = false;
    by('clocks').append(make('ul', {}, ...clocks.map((c) => make('li', c.contradictory ? {class: 'bad'} : {},
      `${c.host}: ` + (c.correction_ms === 0 ? 'taken by its wall clock' : `its wall clock was wrong, moved by ${ms(c.correction_ms)}`) +
      (c.contradictory ? '; what both machines saw contradicts itself' : `; slow by at most ${bound(c.error_low_ms)}, fast by at most ${bound(c.error_high_ms)}`)))));
  }

  const blank = by('details').cloneNode(true);

  function showRun() {
    by('details').replaceWith(blank.cloneNode(true));
    for (const show of [showChosen, showExpectations, showFigures, showFaults, showTimeline, showEdges, showWays, showParticipants,
      showDetectors, showGhosts, showSelf, showClocks, showWarnings]) show();
  }

  showHead();
  if (series) showSeries();
  showRun();
})();
