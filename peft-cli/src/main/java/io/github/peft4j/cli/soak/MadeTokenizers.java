package io.github.peft4j.cli.soak;

import com.google.common.collect.ImmutableList;
import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;

/** Small tokenizers of kinds that few checkpoints have, and parts to put into others. */
final class MadeTokenizers {

    /** Also such as the native library does not survive. */
    private static final String PARTS =
            """
            [{"type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true,
              "strip_accents": null, "lowercase": true},
             {"type": "Strip", "strip_left": true, "strip_right": true},
             {"type": "StripAccents"}, {"type": "NFC"}, {"type": "NFD"}, {"type": "NFKC"},
             {"type": "NFKD"}, {"type": "Lowercase"}, {"type": "Nmt"}, {"type": "ByteLevel"},
             {"type": "Prepend", "prepend": "\u2581"}, {"type": "Prepend", "prepend": ""},
             {"type": "Replace", "pattern": {"String": " "}, "content": "\u2581"},
             {"type": "Replace", "pattern": {"String": ""}, "content": "x"},
             {"type": "Replace", "pattern": {"Regex": "^"}, "content": "x"},
             {"type": "Replace", "pattern": {"Regex": "x*"}, "content": "yy"},
             {"type": "Replace", "pattern": {"Regex": "[a-z]"}, "content": ""},
             {"type": "Replace", "pattern": {"Regex": "(a+)+!!"}, "content": "x"},
             {"type": "Replace", "pattern": {"Regex": " {2,}"}, "content": " "},
             {"type": "Precompiled", "precompiled_charsmap": "%s"},
             {"type": "Precompiled", "precompiled_charsmap": "AAAAAA=="},
             {"type": "BertPreTokenizer"}, {"type": "Whitespace"}, {"type": "WhitespaceSplit"},
             {"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true},
             {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true,
              "use_regex": false},
             {"type": "CharDelimiterSplit", "delimiter": "a"},
             {"type": "Metaspace", "replacement": "\u2581", "prepend_scheme": "first",
              "split": false},
             {"type": "Metaspace", "replacement": " ", "add_prefix_space": true},
             {"type": "Split", "pattern": {"String": "a"}, "behavior": "MergedWithNext",
              "invert": false},
             {"type": "Split", "pattern": {"String": ""}, "behavior": "Isolated",
              "invert": true},
             {"type": "Split", "pattern": {"Regex": "\\\\s+|(?=b)"}, "behavior": "Contiguous",
              "invert": false},
             {"type": "Split", "pattern": {"Regex": "(\\\\s|\\\\s)+y"},
              "behavior": "MergedWithPrevious", "invert": false},
             {"type": "Split", "pattern": {"Regex": "(?i:'s|'t)|\\\\p{L}+|\\\\s*[\\\\r\\\\n]+"},
              "behavior": "Removed", "invert": true},
             {"type": "Punctuation", "behavior": "Isolated"},
             {"type": "Digits", "individual_digits": true}, {"type": "UnicodeScripts"},
             {"type": "FixedLength", "length": 3}, {"type": "FixedLength", "length": 0},
             {"type": "BertProcessing", "sep": ["b", 2], "cls": ["a", 1]},
             {"type": "RobertaProcessing", "sep": ["b", 2], "cls": ["a", 1],
              "trim_offsets": true, "add_prefix_space": false},
             {"type": "TemplateProcessing",
              "single": [{"SpecialToken": {"id": "a", "type_id": 0}},
                {"Sequence": {"id": "A", "type_id": 0}}],
              "pair": [{"Sequence": {"id": "A", "type_id": 0}},
                {"Sequence": {"id": "B", "type_id": 1}}],
              "special_tokens": {"a": {"id": "a", "ids": [1], "tokens": ["a"]}}},
             {"type": "TemplateProcessing", "single": [{"Sequence": {"id": "B", "type_id": 0}}],
              "pair": [], "special_tokens": {}},
             {"type": "BPEDecoder", "suffix": "</w>"}, {"type": "BPEDecoder", "suffix": ""},
             {"type": "WordPiece", "prefix": "##", "cleanup": true},
             {"type": "CTC", "pad_token": "a", "word_delimiter_token": "|", "cleanup": true},
             {"type": "CTC", "pad_token": "", "word_delimiter_token": "", "cleanup": true},
             {"type": "Fuse"}, {"type": "ByteFallback"},
             {"type": "Strip", "content": " ", "start": 1, "stop": 0},
             {"type": "Strip", "content": "a", "start": 0, "stop": 3},
             {"type": "Sequence", "normalizers": []}, {"type": "Sequence", "pretokenizers": []},
             {"type": "Sequence", "processors": []}, {"type": "Sequence", "decoders": []}]
            """;

    private static final ImmutableList<String> MODELS =
            ImmutableList.of(
                    """
                    {"type": "WordLevel", "unk_token": "<unk>",
                     "vocab": {"<unk>": 0, "a": 1, "b": 2, "hello": 3, "world": 4, "\u4e2d": 5}}
                    """,
                    """
                    {"type": "Unigram", "unk_id": 0, "byte_fallback": true,
                     "vocab": [["<unk>", 0.0], ["a", -1.5], ["b", -2.0], ["\u2581hello", -3.25],
                       ["\u2581", -2.5], ["<0xE4>", -9.0], ["<0xB8>", -9.0], ["<0xAD>", -9.0],
                       ["ll", -4.0], ["o", -4.5], ["", -1.0]]}
                    """,
                    """
                    {"type": "BPE", "dropout": 0.1, "unk_token": "<unk>", "fuse_unk": true,
                     "byte_fallback": true, "ignore_merges": true,
                     "continuing_subword_prefix": "##", "end_of_word_suffix": "</w>",
                     "vocab": {"<unk>": 0, "a": 1, "##b": 2, "ab": 3, "##b</w>": 4, "ab</w>": 5,
                       "<0x61>": 6},
                     "merges": [["a", "##b"], ["a", "##b</w>"]]}
                    """,
                    """
                    {"unk_token": "<unk>", "max_input_chars_per_word": 5,
                     "continuing_subword_prefix": "##",
                     "vocab": {"<unk>": 0, "a": 1, "##a": 2, "hello": 3}}
                    """);

    private static final String TOKENS =
            """
            [{"id": 0, "content": "<unk>", "single_word": false, "lstrip": false, "rstrip": false,
              "normalized": false, "special": true},
             {"id": 1, "content": "a", "single_word": true, "lstrip": true, "rstrip": true,
              "normalized": true, "special": false}%s]
            """;

    private static final String BLANK =
            """
            ,{"id": 50, "content": " ", "single_word": false, "lstrip": false, "rstrip": false,
              "normalized": true, "special": false}
            """;

    private MadeTokenizers() {}

    /** One of each model, with parts around it. */
    static ImmutableList<JsonElement> all() {
        String parts =
                """
                "normalizer": {"type": "Sequence", "normalizers": [
                  {"type": "Precompiled", "precompiled_charsmap": "%s"}, {"type": "NFKC"}]},
                "pre_tokenizer": {"type": "Sequence", "pretokenizers": [
                  {"type": "Metaspace", "replacement": "\u2581", "prepend_scheme": "always",
                   "split": true}, {"type": "Digits", "individual_digits": false}]},
                "post_processor": {"type": "BertProcessing", "sep": ["b", 2], "cls": ["a", 1]},
                "decoder": {"type": "Sequence", "decoders": [{"type": "ByteFallback"},
                  {"type": "Metaspace", "replacement": "\u2581", "prepend_scheme": "always",
                   "split": true}, {"type": "Fuse"}]}
                """
                        .formatted(map());
        ImmutableList.Builder<JsonElement> all = ImmutableList.builder();
        String tokens = TOKENS.formatted(BLANK);
        for (String model : MODELS) {
            all.add(
                    JsonParser.parseString(
                            "{\"version\": \"1.0\", \"truncation\": null, \"padding\": null,"
                                    + "\"added_tokens\": %s, %s, \"model\": %s}"
                                            .formatted(tokens, parts, model)));
            tokens = TOKENS.formatted(""); // one of them with a token of blanks is enough
        }
        return all.build();
    }

    /** Parts of all kinds. */
    static ImmutableList<JsonElement> parts() {
        return ImmutableList.copyOf(
                JsonParser.parseString(PARTS.formatted(map())).getAsJsonArray());
    }

    /** A map that makes a small letter of a capital A. */
    private static String map() {
        int[] units = new int[512];
        Arrays.fill(units, 0xff);
        units[0] = 256 << 10; // the root's children stand at 256 and what follows
        units[256 ^ 'A'] = 'A' | (1 << 8) | (1 << 10); // a leaf, one place from here
        units[256 ^ 'A' ^ 1] = 0; // its text
        byte[] texts = "a\0".getBytes(StandardCharsets.UTF_8);
        ByteBuffer bytes =
                ByteBuffer.allocate(4 + 4 * units.length + texts.length)
                        .order(ByteOrder.LITTLE_ENDIAN);
        bytes.putInt(4 * units.length);
        for (int unit : units) {
            bytes.putInt(unit);
        }
        bytes.put(texts);
        return Base64.getEncoder().encodeToString(bytes.array());
    }
}
