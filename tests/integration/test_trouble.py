#!/usr/bin/env python3
"""Bad input and trouble: each ends with a clear sentence, the documented exit code and a valid event log."""
import json
import os
import pathlib
import resource
import signal
import socket
import subprocess
import tempfile
import unittest
import unittest.mock
import urllib.request

import fake_openvidu
from fake_openvidu import SILENT, FakeOpenVidu, RpcError, answer_to
import harness

ENVIRONMENT = 4
QUICK = ("--participants", "1", "--join-deadline", "1500ms", *harness.SMALL)


def may_mount():
    return subprocess.run(["unshare", "-m", "true"], capture_output=True, check=False).returncode == 0


def raise_error(code, message):
    def answer(_socket, _params):
        raise RpcError(code, message)
    return answer


class Trouble(harness.Case):
    def check(self, arguments, words, code=ENVIRONMENT, has_log=True, subcommand="run", **options):
        """Runs the program, looks for the words in what it says, and into its event log."""
        with tempfile.TemporaryDirectory(prefix="rejoin-test-") as folder:
            log = pathlib.Path(folder, "events.jsonl")
            process = self.start(subcommand, *(("--events", log) if has_log else ()), *arguments, **options)
            outcome = self.finish(process)
            text = " ".join((outcome.stdout + outcome.stderr).split())
            if code == 1 and "This machine was overloaded" in text:
                code, words = 3, [word for word in words if word != "FAILED"]
            self.assertEqual(outcome.code, code, str(outcome))
            for word in words:
                self.assertIn(word, text, str(outcome))
            for bad in ("CRITICAL", "WARNING", "(null)", "?."):
                self.assertNotIn(bad, text, str(outcome))
            events = self.check_log(log) if has_log and log.exists() else []
            if events:
                self.assertIn("run-ended", [e["type"] for e in events], str(outcome))
            return outcome

    def check_fake(self, words, http=None, rpc=None, arguments=QUICK, use=None):
        fake = FakeOpenVidu()
        try:
            if http is not None:
                fake.http["/api/get-token"] = lambda body: http
            fake.rpc.update(rpc or {})
            outcome = self.check(("--app", fake.url, *arguments), words)
            if use is not None:
                use(fake, outcome)
        finally:
            fake.stop()


class NobodyThere(Trouble):
    def test_urls(self):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            refused = f"http://127.0.0.1:{free.getsockname()[1]}"
            self.together({
                "unknown host": lambda: self.check(
                    ("--app", "http://nowhere.invalid:5000", *QUICK),
                    ["Nobody could join", "nowhere.invalid", "the host name is not known", "check the URL"]),
                "refused": lambda: self.check(
                    ("--app", refused, *QUICK),
                    ["Nobody could join", refused, "connection refused", "is the server running"]),
                "refused, by REST": lambda: self.check(
                    ("--url", refused, *QUICK), ["Nobody could join", refused, "connection refused"],
                    env={"REJOIN_SECRET": "some"}),
                "waited for": lambda: self.check(
                    ("--app", refused, "--wait-for", "600ms", *QUICK),
                    [refused, "did not answer within 600ms", "is it running"]),
                "no URL": lambda: self.check(
                    ("--app", "ov.example:5000", *QUICK), ["no http or https URL", "write it like https://"], 2),
                "no secret": lambda: self.check(
                    ("--url", "http://127.0.0.1:1", *QUICK), ["REJOIN_SECRET", "--app"], 2),
            })

    def test_app_server(self):
        self.together({
            "404": lambda: self.check_fake(["answered 404", "check the URL and the preset"], http=(404, "no")),
            "500": lambda: self.check_fake(
                ["answered 500", "can it reach OpenVidu", "out of order"], http=(500, "out of order")),
            "not JSON": lambda: self.check_fake(["gave no token", "<html>"], http=(200, "<html>hello</html>")),
            "no token": lambda: self.check_fake(["gave no token"], http=(200, '{"value": 7}')),
            "nothing": lambda: self.check_fake(["gave no token", "nothing"], http=(200, "")),
            "slow": lambda: self.check_fake(["Nobody could join", "tokens has not answered within"], http=SILENT),
        })

    def test_wrong_secret(self):
        cluster = self.start_cluster()
        outcome = self.check(
            ("--url", cluster.server_url, *QUICK), ["Nobody could join", "401", "secret", "REJOIN_SECRET"],
            env={"REJOIN_SECRET": "nonsense-of-mine"})
        self.assertNotIn("nonsense-of-mine", str(outcome))
        outcome = self.check(
            ("--url", cluster.server_url, *QUICK), ["PASSED"], 0, env={"REJOIN_SECRET": cluster.secret})
        self.assertNotIn(cluster.secret, str(outcome))


class Certificates(Trouble):
    def make_certificate(self):
        certificate, key = self.folder / "certificate.pem", self.folder / "key.pem"
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
             "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost",
             "-keyout", key, "-out", certificate], check=True, capture_output=True)
        return certificate, key

    def test_certificates(self):
        certificate, key = self.make_certificate()
        cluster = self.start_cluster("--tls-cert", certificate, "--tls-key", key)
        self.assertRegex(cluster.server_url, "^https:")
        self.assertRegex(cluster.app_url, "^https:")
        plain = cluster.app_url.replace("https:", "http:")
        self.together({
            "not trusted": lambda: self.check(
                ("--app", cluster.app_url, *QUICK),
                ["Nobody could join", "the TLS certificate is not trusted", "--ca FILE", "--insecure"]),
            "not trusted, by REST": lambda: self.check(
                ("--url", cluster.server_url, *QUICK), ["the TLS certificate is not trusted", "--insecure"],
                env={"REJOIN_SECRET": cluster.secret}),
            "CA": lambda: self.check(
                ("--app", cluster.app_url, "--ca", certificate, *QUICK, "--join-deadline", "20s"), ["PASSED"], 0),
            "insecure": lambda: self.check(
                ("--app", cluster.app_url, "--insecure", *QUICK, "--join-deadline", "20s"), ["PASSED"], 0),
            "plain": lambda: self.check(("--app", plain, *QUICK), ["Nobody could join", "https"]),
            "no such CA": lambda: self.check(
                ("--app", cluster.app_url, "--ca", self.folder / "none.pem", *QUICK), ["--ca", "no such file"], 2),
            "CA is no PEM": lambda: self.check(
                ("--app", cluster.app_url, "--ca", harness.__file__, *QUICK), ["--ca", "PEM"], 2),
        })

    def test_broken_certificates_of_the_cluster(self):
        certificate, _ = self.make_certificate()
        for arguments, words in (
                (("--tls-cert", self.folder / "none.pem"), ["none.pem", "--tls-cert"]),
                (("--tls-cert", certificate), ["--tls-key", "key"])):
            self.check(("--port", "0", "--app-port", "0", "--node-port", "0", *arguments), words, 2,
                       subcommand="cluster", has_log=False)


class Tokens(Trouble):
    def make_token(self, cluster):
        request = urllib.request.Request(
            cluster.app_url + "/api/get-token", data=b'{"sessionId": "tokens"}', method="POST",
            headers={"Content-Type": "application/json"})
        with urllib.request.urlopen(request) as answer:
            text = answer.read().decode()
        try:
            value = json.loads(text)
        except ValueError:
            return text
        return value["token"] if isinstance(value, dict) else value

    def test_used_and_expired(self):
        cluster = self.start_cluster()
        token = self.make_token(cluster)
        self.check(("--token", token, *QUICK, "--join-deadline", "20s"), ["PASSED"], 0)
        outcome = self.check(("--token", token, *QUICK), ["Nobody could join", "cannot be joined", "each join needs a new token"])
        self.assertNotIn("tok_", str(outcome))
        # whose session is gone: it was closed when the last one left
        command = f"echo '{token}'"
        self.check(("--token-command", command, *QUICK), ["Nobody could join", "202", "each join needs a new token"])
        # two participants, one token
        token = self.make_token(cluster)
        outcome = self.check(
            ("--token-command", f"echo '{token}'", "--participants", "2", "--join-deadline", "2s", *harness.SMALL),
            ["FAILED", "401", "was the token used already"], 1)
        self.assertNotIn("tok_", str(outcome))

    def test_token_command(self):
        self.together({
            "fails": lambda: self.check(
                ("--token-command", "echo out of tokens >&2; exit 7", *QUICK), ["out of tokens", "7"]),
            "prints nothing": lambda: self.check(("--token-command", "true", *QUICK), ["gave no token"]),
            "not there": lambda: self.check(("--token-command", "no-such-program", *QUICK), ["no-such-program", "127"]),
            "no URL": lambda: self.check(("--token", "tok_1234", *QUICK), ["--token: that is no token", "wss://"], 2),
        })

    def test_closed_meanwhile(self):
        def evict(fake, client, params):
            client.notify("participantEvicted", connectionId="con_Fake000001", reason="sessionClosedByServer")
            return {}
        fake = FakeOpenVidu()
        self.addCleanup(fake.stop)
        fake.rpc["onIceCandidate"] = lambda client, params: evict(fake, client, params)
        outcome = self.check(("--app", fake.url, *QUICK), ["sessionClosedByServer"])
        self.assertIn("evicted by the server", outcome.stdout)


class BadServer(Trouble):
    def test_answers(self):
        accept = FakeOpenVidu.accept
        self.together({
            "no answer to the join": lambda: self.check_fake(
                ["Nobody could join", "joinRoom", "has not answered within"],
                rpc={"joinRoom": lambda client, params: SILENT}),
            "join refused": lambda: self.check_fake(
                ["Nobody could join", "no media node", "204"],
                rpc={"joinRoom": raise_error(204, "There is no media node available. Code: 204")}),
            "no answer to the offer": lambda: self.check_fake(
                ["no answer to the offer"], rpc={"publishVideo": lambda client, params: SILENT}),
            "no SDP": lambda: self.check_fake(
                ["its answer has no SDP"], rpc={"publishVideo": lambda client, params: {"id": "str_1"}}),
            "garbage": lambda: self.check_fake(
                ["SDP answer: this is no SDP"],
                rpc={"publishVideo": lambda client, params: accept("v=\x01 garbage")}),
            "no codec of ours": lambda: self.check_fake(
                ["video has no VP8 or H264", "OPENVIDU_STREAMS_FORCED_VIDEO_CODEC"],
                rpc={"publishVideo": lambda client, params: accept(answer_to(params["sdpOffer"], "VP9/90000"))}),
            "video refused": lambda: self.check_fake(
                ["video was refused (m=video 0)"],
                rpc={"publishVideo": lambda client, params: accept(answer_to(params["sdpOffer"], video_port=0))}),
            "no media node": lambda: self.check_fake(
                ["Participants joined", "no ICE connection", "UDP ports 40000-57000", "3478"]),
            "closes at once": lambda: self.check_fake(
                ["Nobody could join", "closed"], rpc={"joinRoom": lambda client, params: client.close() or SILENT}),
            "no JSON-RPC": lambda: self.check_fake(
                ["Nobody could join"], rpc={"joinRoom": lambda client, params: {"id": 7, "value": "x"}}),
        })

    def test_secrets_of_the_server(self):
        def look(fake, outcome):
            text = str(outcome)
            for secret in (fake_openvidu.TURN_CREDENTIAL, fake_openvidu.ICE_PWD, *fake.tokens):
                self.assertNotIn(secret, text)
                self.assertNotIn(secret.split("token=")[-1], text)
        with unittest.mock.patch.dict(os.environ, {"RJ_DEBUG": "all:debug"}):
            self.check_fake(["Participants joined"], use=look)


class Machine(Trouble):
    def test_missing_plugin(self):
        real = pathlib.Path(subprocess.run(
            ["pkg-config", "--variable=pluginsdir", "gstreamer-1.0"], capture_output=True, text=True,
            check=True).stdout.strip())
        cases = {}
        for plugin, element, package in (
                ("libgstnice.so", "nicesrc", "gstreamer1.0-nice"),
                ("libgstwebrtc.so", "webrtcbin", "gstreamer1.0-plugins-bad"),
                ("libgstvpx.so", "vp8enc", "gstreamer1.0-plugins-good"),
                ("libgstopus.so", "opusenc", "gstreamer1.0-plugins-base")):
            folder = self.folder / plugin
            folder.mkdir()
            for path in real.glob("*.so"):
                if path.name != plugin:
                    (folder / path.name).symlink_to(path)
            env = {"GST_PLUGIN_SYSTEM_PATH_1_0": str(folder), "GST_PLUGIN_PATH": "", "GST_PLUGIN_PATH_1_0": "",
                   "GST_REGISTRY": str(self.folder / (plugin + ".bin"))}
            cases[plugin] = lambda env=env, element=element, package=package: self.check(
                QUICK, [f"element {element} is missing", f"apt install {package}"], env=env)
        self.together(cases)

    def test_port_in_use(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            for option in ("--port", "--app-port", "--node-port"):
                ports = {"--port": 0, "--app-port": 0, "--node-port": 0, option: port}
                arguments = [str(word) for pair in ports.items() for word in pair]
                outcome = self.check(arguments, [str(port), "in use", option], subcommand="cluster", has_log=False)
                self.assertEqual(outcome.stdout, "")

    def test_too_few_files(self):
        def limit(soft, hard):
            return lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        self.together({
            "hard": lambda: self.check(
                ("--participants", "4", *harness.SMALL), ["open files", "ulimit -Hn", "fewer participants"],
                preexec_fn=limit(200, 200)),
            "soft": lambda: self.check(
                ("--participants", "3", *harness.SMALL), ["PASSED"], 0, preexec_fn=limit(64, 4096)),
        })

    def test_log_cannot_be_made(self):
        self.together({
            "no folder": lambda: self.check(
                ("--events", self.folder / "none" / "events.jsonl", *QUICK),
                ["cannot write the event log", "No such file", "give --events a file"], has_log=False),
            "summary": lambda: self.check(
                ("--json", self.folder / "none" / "summary.json", *QUICK, "--join-deadline", "20s"),
                ["cannot write the summary", "none/summary.json: No such file", "give a file"], has_log=False),
            "JUnit": lambda: self.check(
                ("--junit", "/proc/none/junit.xml", *QUICK), ["cannot write the JUnit report", "give a file"], has_log=False),
            "summary, later": lambda: self.check(
                ("--json", "/dev/fd/junit.xml", *QUICK, "--join-deadline", "20s"), ["PASSED", "cannot write the"]),
        })

    def test_full_disk(self):
        log = self.folder / "events.jsonl"
        words = ["PASSED", "the event log ends early", "No space left on device"]
        self.check(("--events", "/dev/full", *QUICK, "--join-deadline", "20s"), words, has_log=False)

        def limit():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (3000, 3000))
        self.check(("--events", log, *QUICK, "--join-deadline", "20s"),
                   ["PASSED", "the event log ends early", "File too large"], has_log=False, preexec_fn=limit,
                   restore_signals=False)
        events = self.check_log()
        self.assertGreater(len(events), 3)
        self.assertGreater(log.stat().st_size, 2000)
        outcome = self.check((log,), ["ends without run-ended"], 3, subcommand="report", has_log=False)
        self.assertEqual(outcome.stderr, "")

    @unittest.skipUnless(may_mount(), "needs a mount namespace")
    def test_full_tmpfs(self):
        (self.folder / "small").mkdir()
        script = (f'cd "{self.folder}" && mount -t tmpfs -o size=8k tmpfs small && '
                  f'"{harness.PROGRAM}" run --events small/events.jsonl {" ".join(QUICK)} --join-deadline 20s; '
                  f'code=$?; cp small/events.jsonl .; exit $code')
        process = subprocess.Popen(["unshare", "-m", "sh", "-c", script], stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, text=True, env=harness.environment())
        outcome = self.finish(process)
        self.assertEqual(outcome.code, ENVIRONMENT, str(outcome))
        self.assertIn("No space left on device", outcome.stderr)
        self.assertGreater(len(self.check_log()), 3)

    def test_no_home(self):
        env = {name: value for name, value in harness.environment().items()
               if name not in ("HOME", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR", "GST_REGISTRY")}
        for changes in ({}, {"HOME": "/proc/none", "TMPDIR": "/proc/none"}):
            process = subprocess.Popen([harness.PROGRAM, "run", *QUICK, "--join-deadline", "20s"], env={**env, **changes},
                                       stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            outcome = self.finish(process)
            self.assertEqual(outcome.code, 0, str(outcome))
            self.assertNotIn("WARNING", outcome.stderr)

    @unittest.skipUnless(may_mount(), "needs a mount namespace")
    def test_read_only_disk(self):
        root = self.folder / "root"
        root.mkdir()
        script = (f'mount --rbind / "{root}" && mount -o remount,bind,ro "{root}" && '
                  f'exec chroot "{root}" "{harness.PROGRAM}" run {" ".join(QUICK)} --join-deadline 20s')
        process = subprocess.Popen(["unshare", "-m", "sh", "-c", script], stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, text=True, env=harness.environment())
        outcome = self.finish(process)
        self.assertEqual(outcome.code, 0, str(outcome))
        self.assertIn("PASSED", outcome.stdout)


class Signals(Trouble):
    def start_watching(self):
        process = self.start_run("--participants", "2", "--duration", "60s", *harness.SMALL)
        self.addCleanup(harness.end_process, process)
        lines = []
        while not any("everybody sees everybody" in line for line in lines):
            lines.append(process.stderr.readline())
            self.assertTrue(lines[-1], lines)
        return process

    def test_everybody_leaves(self):
        for number, code, name in ((signal.SIGINT, 130, "SIGINT"), (signal.SIGTERM, 143, "SIGTERM")):
            with self.subTest(name):
                process = self.start_watching()
                below = harness.find_descendants(process.pid)
                process.send_signal(number)
                outcome = self.finish(process)
                self.assertEqual(outcome.code, code, str(outcome))
                self.assertIn(f"interrupted by {name}", outcome.stdout)
                self.check_log()
                self.assertEqual(len(outcome.find("participant-state", to="left")), 2)
                self.assertEqual(len(outcome.find("run-ended", reason="signal", signal=int(number))), 1)
                self.assertEqual((outcome.summary["verdict"], outcome.summary["reason_word"]), ("inconclusive", "interrupted"))
                self.assertEqual(len(below), 4)
                self.assertTrue(all(harness.is_gone(pid) for pid in below))

    def test_before_anybody_flows(self):
        process = self.start_run("--app", self.start_silent().url, "--join-deadline", "60s", *harness.SMALL)
        harness.wait_for("the join", lambda: "joinRoom" in [m for m, _ in self.fake.requests])
        process.send_signal(signal.SIGTERM)
        outcome = self.finish(process)
        self.assertEqual(outcome.code, 143, str(outcome))
        self.check_log()

    def start_silent(self):
        self.fake = FakeOpenVidu()
        self.addCleanup(self.fake.stop)
        self.fake.rpc["joinRoom"] = lambda client, params: SILENT
        return self.fake

    def test_second_signal(self):
        process = self.start_watching()
        below = harness.find_descendants(process.pid)
        server, = [e["data"]["pid"] for e in self.read_log() if e["type"] == "process-started"
                   and e["data"]["role"] == "server"]
        os.kill(server, signal.SIGSTOP)  # now leaving takes its time
        process.send_signal(signal.SIGTERM)
        harness.wait_for("leaving", lambda: any(
            e["type"] == "participant-state" and e["data"]["to"] == "leaving" for e in self.read_log()))
        process.send_signal(signal.SIGINT)
        outcome = self.finish(process)
        self.assertEqual(outcome.code, 130, str(outcome))
        self.assertNotIn("run-ended", [e["type"] for e in self.check_log()])
        harness.wait_for("the end of the cluster", lambda: all(map(harness.is_gone, below)))

    def read_log(self):
        return harness.read_events(self.folder / "events.jsonl")


if __name__ == "__main__":
    harness.main()
