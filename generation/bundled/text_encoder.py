"""The prompt's words as vectors: a local word tokenizer and a T5 encoder of no layers.

A bag of words keeps each word's identity from the first training step; an untrained T5
stack blurs it (docs/engine.md tells the comparison).
"""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from torch import Tensor
from transformers import PreTrainedTokenizerFast, T5Config, T5EncoderModel

SPECIAL_TOKENS = ("<pad>", "</s>", "<unk>")


class EncodedPrompts(NamedTuple):
    """Words of a batch of prompts.

    Attributes:
        states: Word vectors, [batch, words, text_dim].
        mask: 1 for words, 0 for padding, [batch, words].
        unknown_words: For each prompt, the words the model was never taught.
    """

    states: Tensor
    mask: Tensor
    unknown_words: list[list[str]]


def make_tokenizer(words: Sequence[str], *, length: int) -> PreTrainedTokenizerFast:
    """Build a tokenizer of whole lower-case words; nothing is downloaded."""
    vocabulary = {word: index for index, word in enumerate([*SPECIAL_TOKENS, *words])}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.NFKC(), normalizers.Lowercase()]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="$A </s>", special_tokens=[("</s>", 1)]
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        pad_token="<pad>",
        eos_token="</s>",
        unk_token="<unk>",
        model_max_length=length,
    )


def make_text_encoder(vocabulary_size: int, *, dim: int) -> T5EncoderModel:
    """Build a T5 encoder without layers: an embedding and an RMS norm."""
    config = T5Config(
        vocab_size=vocabulary_size,
        d_model=dim,
        d_kv=32,
        d_ff=2 * dim,
        num_layers=0,
        num_heads=4,
        dropout_rate=0.0,
        pad_token_id=0,
        eos_token_id=1,
    )
    return T5EncoderModel(config)


def encode_prompts(
    prompts: Sequence[str],
    *,
    tokenizer: PreTrainedTokenizerFast,
    text_encoder: T5EncoderModel,
) -> EncodedPrompts:
    """Encode prompts; words outside the vocabulary are left out and returned."""
    known, unknown = [], []
    for prompt in prompts:
        pieces = tokenizer.tokenize(prompt, add_special_tokens=False)
        named = tokenizer.backend_tokenizer.pre_tokenizer.pre_tokenize_str(
            prompt.lower()
        )
        strange = [
            word
            for piece, (word, _) in zip(pieces, named, strict=True)
            if piece == tokenizer.unk_token
        ]
        known.append(" ".join(p for p in pieces if p != tokenizer.unk_token))
        unknown.append([word for word in strange if word.isalnum()])
    batch = tokenizer(
        known, padding="max_length", truncation=True, return_tensors="pt"
    ).to(text_encoder.device)
    with torch.autocast(text_encoder.device.type, enabled=False):
        states = text_encoder(input_ids=batch.input_ids).last_hidden_state
    return EncodedPrompts(states, batch.attention_mask, unknown)
