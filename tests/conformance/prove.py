#!/usr/bin/python3
"""Proves statements about the server (statements.tsv) with a raw client and real processes.

    prove.py SERVER NODE FILE.py…      prints TAP

Each file has a list PROOFS of coroutines, named by proofs.py. They run all at once, beside each other on one
stage; those that harm it (alone) get one of their own, those about all the others (last) come behind them."""

import asyncio
import importlib
import pathlib
import sys
import traceback

import guest


async def run(proof, programs, shared):
    """None, or what went wrong"""
    stage = shared
    try:
        if proof.alone:
            stage = await guest.Stage(programs).start(*proof.alone)
        await proof(stage)
        if proof.alone and (code := await stage.end()) != 0:
            return f"the server ended with {code}"
    except Exception:  # whatever goes wrong in a proof is no proof
        if proof.alone and stage is not shared:
            await stage.end()
        return traceback.format_exc()
    return None


async def main(server, node, *files):
    programs = {"server": server, "node": node}
    proofs = [p for file in files for p in importlib.import_module(pathlib.Path(file).stem).PROOFS]
    shared = await guest.Stage(programs).start()
    print(f"1..{len(proofs) + 1}", flush=True)
    failed = 0
    proofs.sort(key=lambda proof: proof.last)
    early = [proof for proof in proofs if not proof.last]
    wrongs = await asyncio.gather(*(run(proof, programs, shared) for proof in early))
    wrongs += [await run(proof, programs, shared) for proof in proofs[len(early):]]
    for n, (proof, wrong) in enumerate(zip(proofs, wrongs), 1):
        failed += wrong is not None
        print(f"{'ok' if wrong is None else 'not ok'} {n} - {proof.title}")
        if wrong is not None:
            print("# " + wrong.replace("\n", "\n# "))
    code = await shared.end()
    print(f"{'not ok' if code else 'ok'} {len(proofs) + 1} - the server ended with {code}")
    return 1 if failed or code else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main(*sys.argv[1:])))
