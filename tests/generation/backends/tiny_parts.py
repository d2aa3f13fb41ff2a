"""Parts that tiny production pipelines share; nothing is read from outside.

transformers takes a tokenizer's vocabulary as an argument, so that none is downloaded.
"""

from typing import Any

import diffusers as df
import transformers as tr
from tokenizers.pre_tokenizers import ByteLevel

WORDS = ["a", "red", "cat", "runs", "left"]


def t5_tokenizer() -> Any:
    specials = [("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), ("▁", -2.0)]
    words = [("▁" + word, -3.0) for word in WORDS]
    letters = [(letter, -8.0) for letter in "abcdefghijklmnopqrstuvwxyz"]
    return tr.T5Tokenizer(vocab=specials + words + letters, extra_ids=0)


def clip_tokenizer() -> Any:
    alphabet = sorted(ByteLevel.alphabet())
    pieces = [*alphabet, *(letter + "</w>" for letter in alphabet)]
    pieces += ["<|startoftext|>", "<|endoftext|>"]
    vocabulary = {piece: index for index, piece in enumerate(pieces)}
    return tr.CLIPTokenizer(vocab=vocabulary, merges=[], model_max_length=77)


def llama_tokenizer() -> Any:
    pieces = ["<unk>", "<s>", "</s>", "<pad>", "▁", *map(chr, range(33, 127)), "\n"]
    vocabulary = {piece: index for index, piece in enumerate(pieces)}
    return tr.LlamaTokenizer(vocab=vocabulary, merges=[], pad_token="<pad>")


def t5_parts(name: str = "T5") -> dict[str, Any]:
    config = getattr(tr, f"{name}Config")(
        vocab_size=64, d_model=32, d_kv=8, d_ff=37, num_layers=2, num_heads=4
    )
    encoder = getattr(tr, f"{name}EncoderModel")(config)
    return {"tokenizer": t5_tokenizer(), "text_encoder": encoder}


def clip_text(width: int) -> Any:
    tokenizer = clip_tokenizer()
    size = len(tokenizer)
    return tr.CLIPTextModel(
        tr.CLIPTextConfig(
            hidden_size=width,
            projection_dim=width,
            intermediate_size=16,
            num_attention_heads=2,
            num_hidden_layers=2,
            vocab_size=size,
            bos_token_id=size - 2,
            eos_token_id=size - 1,
            pad_token_id=size - 1,
        )
    )


def clip_vision(cls: Any, **changes: Any) -> Any:
    config = {
        "hidden_size": 4,
        "projection_dim": 4,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "intermediate_size": 16,
        "patch_size": 1,
    }
    return cls(tr.CLIPVisionConfig(**config | changes))


def flow() -> Any:
    return df.FlowMatchEulerDiscreteScheduler(shift=3.0)


def wan_parts() -> dict[str, Any]:
    codec = df.AutoencoderKLWan(
        base_dim=3,
        z_dim=16,
        dim_mult=[1, 1, 1, 1],
        num_res_blocks=1,
        temperal_downsample=[False, True, True],
    )
    return {**t5_parts("UMT5"), "vae": codec, "scheduler": flow()}


def wan_network(cls: Any = df.WanTransformer3DModel, **changes: Any) -> Any:
    config = {
        "patch_size": (1, 2, 2),
        "num_attention_heads": 2,
        "attention_head_dim": 12,
        "in_channels": 16,
        "out_channels": 16,
        "text_dim": 32,
        "freq_dim": 256,
        "ffn_dim": 32,
        "num_layers": 2,
        "rope_max_seq_len": 32,
    }
    return cls(**config | changes)
