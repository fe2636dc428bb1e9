// A user's page as the fault-tolerance tutorial builds it: token from the app server, join, publish camera
// and microphone, subscribe to everybody, and after "nodeCrashed" the same again with new objects. Unlike
// the tutorial it tries again after a failed join. Everything is noted with the page's own clock.
'use strict';

const RETRY_MS = 500;
const query = new URLSearchParams(location.search);
const notes = [];
const videos = new Map(); // stream id -> {video, name}
const frames = []; // every one that was shown, where the page is asked for them
let session;
let generation = 0;

const now = () => performance.timeOrigin + performance.now();
function note(what, detail = {}) {
  notes.push({ at: now(), what, generation, ...detail });
}

// Notes when the socket's messages are read, below the library.
const NativeWebSocket = window.WebSocket;
window.WebSocket = class extends NativeWebSocket {
  constructor(url) {
    // a relay of the test's own in front of the server, so that the test can break the socket
    super(query.get('relay') ? url.replace(/^ws:\/\/[^/?]+/, query.get('relay')) : url);
    this.methods = new Map();
    note('socket-new', { reconnect: /[?&]reconnect=true/.test(url) });
    this.addEventListener('open', () => note('socket-open'));
    this.addEventListener('close', (event) => note('socket-closed', { code: event.code }));
    this.addEventListener('message', (event) => this.noteMessage(JSON.parse(event.data)));
  }
  noteMessage(message) {
    if (message.method === 'iceCandidate') return;
    if (message.method) {
      note('notification', { method: message.method, params: message.params });
    } else {
      const method = this.methods.get(message.id);
      if (method !== 'ping' && method !== 'onIceCandidate') {
        const value = method === 'joinRoom' ? message.result : undefined;
        note('answer', { method, error: message.error && message.error.code, id: message.id, value });
      }
    }
  }
  send(text) {
    const message = JSON.parse(text);
    this.methods.set(message.id, message.method);
    if (message.method !== 'ping' && message.method !== 'onIceCandidate') {
      note('request', { method: message.method, id: message.id, sender: message.params && message.params.sender });
    }
    super.send(text);
  }
  close(code, reason) {
    note('socket-close', { code, reason });
    super.close(code, reason);
  }
};

async function getToken() {
  note('token-request');
  const response = await fetch(`${query.get('app')}/api/get-token`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ sessionId: query.get('session') }),
  });
  if (!response.ok) throw new Error(`token: ${response.status}`);
  const { token } = await response.json();
  note('token');
  return token;
}

function show(stream) {
  const name = JSON.parse(stream.connection.data).clientData;
  const video = document.createElement('video');
  video.autoplay = true;
  video.muted = true;
  document.body.append(video);
  const subscriber = session.subscribe(stream, undefined);
  subscriber.addVideoElement(video);
  videos.set(stream.streamId, { video, name });
  const onFrame = () => {
    note('first-frame', { name, stream: stream.streamId, width: video.videoWidth, height: video.videoHeight });
  };
  video.requestVideoFrameCallback(onFrame);
  if (query.has('frames')) watchFrames(video, name, stream.streamId);
}

// receiveTime: when the last packet of the frame had come, says Chromium
function watchFrames(video, name, stream) {
  const onEach = (shown, { receiveTime, rtpTimestamp }) => {
    frames.push({ name, stream, shown: performance.timeOrigin + shown, received: performance.timeOrigin + receiveTime,
      timestamp: rtpTimestamp });
    video.requestVideoFrameCallback(onEach);
  };
  video.requestVideoFrameCallback(onEach);
}

function hide(stream) {
  const entry = videos.get(stream.streamId);
  if (entry) entry.video.remove();
  videos.delete(stream.streamId);
}

async function join() {
  generation += 1;
  note('join-start');
  const openvidu = new OpenVidu();
  openvidu.enableProdMode();
  session = openvidu.initSession();
  session.on('streamCreated', (event) => {
    note('stream-created', { stream: event.stream.streamId });
    show(event.stream);
  });
  session.on('streamDestroyed', (event) => {
    note('stream-destroyed', { stream: event.stream.streamId, reason: event.reason });
    hide(event.stream);
  });
  session.on('sessionDisconnected', (event) => {
    note('disconnected', { reason: event.reason });
    if (event.reason === 'nodeCrashed') join();
  });
  try {
    await session.connect(await getToken(), { clientData: query.get('name') });
    note('joined');
    if (query.has('watch')) return;
    const publisher = openvidu.initPublisher(undefined, {
      audioSource: undefined,
      videoSource: undefined,
      publishAudio: true,
      publishVideo: true,
      resolution: '640x480',
      frameRate: 30,
      insertMode: 'APPEND',
      mirror: false,
    });
    publisher.once('accessAllowed', () => note('media'));
    await session.publish(publisher);
    note('published');
  } catch (error) {
    note('join-failed', { code: error.code, message: String(error.message) });
    setTimeout(join, RETRY_MS);
  }
}

// For every video that is shown: what the decoder has done so far.
async function getDecoded() {
  const decoded = [];
  for (const [stream, { video, name }] of videos) {
    const manager = session.remoteStreamsCreated && session.streamManagers.find((m) => m.stream.streamId === stream);
    // Where the server makes the offers a stream has no peer before the offer has come.
    const connection = manager && manager.stream.webRtcPeer && manager.stream.getRTCPeerConnection();
    if (!connection) continue;
    const stats = await connection.getStats();
    const report = [...stats.values()].find((s) => s.type === 'inbound-rtp' && s.kind === 'video');
    const codec = report && stats.get(report.codecId);
    decoded.push({
      name,
      stream,
      frames: report ? report.framesDecoded : 0,
      codec: codec ? codec.mimeType : null,
      width: video.videoWidth,
      height: video.videoHeight,
    });
  }
  return decoded;
}

window.addEventListener('load', join);
