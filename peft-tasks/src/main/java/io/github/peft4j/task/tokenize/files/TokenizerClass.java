package io.github.peft4j.task.tokenize.files;

import com.google.common.base.Splitter;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The classes of transformers 5 that load a tokenizer, as far as they differ here. Which one it is
 * follows from {@code tokenizer_class} and from the family, as {@code AutoTokenizer} decides.
 */
public enum TokenizerClass {
    /** WordPiece with segments: BERT, ELECTRA. */
    BERT(
            true,
            "WordPiece",
            "unk_token [UNK] sep_token [SEP] pad_token [PAD] cls_token [CLS] mask_token [MASK]"),
    /** WordPiece without segments. */
    DISTILBERT(
            false,
            "WordPiece",
            "unk_token [UNK] sep_token [SEP] pad_token [PAD] cls_token [CLS] mask_token [MASK]"),
    /** WordPiece without segments. */
    MPNET(
            false,
            "WordPiece",
            "bos_token <s> eos_token </s> sep_token </s> cls_token <s> unk_token [UNK] pad_token <pad> mask_token <mask>"),
    /** Byte-level BPE: RoBERTa, BART. */
    ROBERTA(
            false,
            "BPE",
            "bos_token <s> eos_token </s> sep_token </s> cls_token <s> unk_token <unk> pad_token <pad> mask_token <mask>"),
    /** Byte-level BPE: GPT-2, OPT. */
    GPT2(false, "BPE", "unk_token <|endoftext|> bos_token <|endoftext|> eos_token <|endoftext|>"),
    /** Byte-level BPE on normal forms. */
    GPT_NEOX(
            false,
            "BPE",
            "unk_token <|endoftext|> bos_token <|endoftext|> eos_token <|endoftext|> pad_token <|padding|>"),
    /** Byte-level BPE with a pattern of its own: Qwen 2 and 3. */
    QWEN2(false, "BPE", "unk_token <|endoftext|> eos_token <|endoftext|> pad_token <|endoftext|>"),
    /** BPE of SentencePiece: Llama. */
    LLAMA(false, "BPE", "unk_token <unk> bos_token <s> eos_token </s>"),
    /** BPE of SentencePiece: Gemma. */
    GEMMA(
            false,
            "BPE",
            "unk_token <unk> bos_token <bos> eos_token <eos> pad_token <pad> mask_token <mask>"),
    /** Unigram: T5, mT5. */
    T5(false, "Unigram", "eos_token </s> unk_token <unk> pad_token <pad>"),
    /** Unigram: XLM-RoBERTa. */
    XLM_ROBERTA(
            false,
            "Unigram",
            "bos_token <s> eos_token </s> sep_token </s> cls_token <s> unk_token <unk> pad_token <pad> mask_token <mask>"),
    /** Unigram: CamemBERT. */
    CAMEMBERT(
            false,
            "Unigram",
            "bos_token <s> eos_token </s> sep_token </s> cls_token <s> unk_token <unk> pad_token <pad> mask_token <mask>"),
    /** Unigram: mBART. */
    MBART(
            false,
            "Unigram",
            "bos_token <s> eos_token </s> sep_token </s> cls_token <s> unk_token <unk> pad_token <pad> mask_token <mask>"),
    /** Unigram with segments. */
    DEBERTA_V2(
            true,
            "Unigram",
            "bos_token [CLS] eos_token [SEP] unk_token [UNK] sep_token [SEP] pad_token [PAD] cls_token [CLS] mask_token [MASK]"),
    /** WordPiece of a class that no file names: most likely with BERT's segments. */
    UNNAMED_WORD_PIECE(true, "", ""),
    /** {@code TokenizersBackend}: tokenizer.json as it stands. */
    GENERIC(false, "", "");

    /** By Python's name without {@code Fast}. */
    private static final ImmutableMap<String, TokenizerClass> NAMES =
            ImmutableMap.<String, TokenizerClass>builder()
                    .put("BertTokenizer", BERT)
                    .put("ElectraTokenizer", BERT)
                    .put("DistilBertTokenizer", DISTILBERT)
                    .put("MPNetTokenizer", MPNET)
                    .put("RobertaTokenizer", ROBERTA)
                    .put("BartTokenizer", ROBERTA)
                    .put("GPT2Tokenizer", GPT2)
                    .put("GPTNeoXTokenizer", GPT_NEOX)
                    .put("Qwen2Tokenizer", QWEN2)
                    .put("LlamaTokenizer", LLAMA)
                    .put("GemmaTokenizer", GEMMA)
                    .put("T5Tokenizer", T5)
                    .put("XLMRobertaTokenizer", XLM_ROBERTA)
                    .put("CamembertTokenizer", CAMEMBERT)
                    .put("MBartTokenizer", MBART)
                    .put("DebertaV2Tokenizer", DEBERTA_V2)
                    .buildOrThrow();

    /** Python's registered class of each {@code model_type}. */
    private static final ImmutableMap<String, TokenizerClass> FAMILIES =
            ImmutableMap.<String, TokenizerClass>builder()
                    .put("bert", BERT)
                    .put("electra", BERT)
                    .put("distilbert", BERT)
                    .put("mpnet", MPNET)
                    .put("roberta", ROBERTA)
                    .put("bart", ROBERTA)
                    .put("gpt2", GPT2)
                    .put("opt", GPT2)
                    .put("gpt_neox", GPT_NEOX)
                    .put("qwen2", QWEN2)
                    .put("qwen3", QWEN2)
                    .put("gemma2", GEMMA)
                    .put("t5", T5)
                    .put("mt5", T5)
                    .put("xlm-roberta", XLM_ROBERTA)
                    .put("camembert", CAMEMBERT)
                    .put("mbart", MBART)
                    .put("deberta-v2", DEBERTA_V2)
                    .put("mistral", GENERIC)
                    .put("phi3", GENERIC)
                    .buildOrThrow();

    /** Families whose files name a class that is known to be wrong: their own counts. */
    private static final ImmutableSet<String> NAMED_WRONGLY = ImmutableSet.of("qwen2");

    private static final ImmutableSet<String> INPUTS =
            ImmutableSet.of("input_ids", "attention_mask");
    private static final ImmutableSet<String> INPUTS_WITH_SEGMENTS =
            ImmutableSet.of("input_ids", "token_type_ids", "attention_mask");

    private final boolean segments;
    private final String modelType;
    private final ImmutableMap<String, String> specialTokens;

    TokenizerClass(boolean segments, String modelType, String specialTokens) {
        this.segments = segments;
        this.modelType = modelType;
        this.specialTokens = specialTokens.isEmpty() ? ImmutableMap.of() : roles(specialTokens);
    }

    private static ImmutableMap<String, String> roles(String rolesAndTokens) {
        ImmutableMap.Builder<String, String> roles = ImmutableMap.builder();
        List<String> parts = Splitter.on(' ').splitToList(rolesAndTokens);
        for (int i = 0; i < parts.size(); i += 2) {
            roles.put(parts.get(i), parts.get(i + 1));
        }
        return roles.buildOrThrow();
    }

    /** Kind of vocabulary that the class makes its blocks for; empty for any. */
    String modelType() {
        return modelType;
    }

    /** Whether a mask token that is named as a text takes the space before it. */
    boolean maskTakesSpace() {
        return this == MPNET || this == CAMEMBERT || this == MBART;
    }

    /** Token of each role where the files name none. */
    ImmutableMap<String, String> specialTokens() {
        return specialTokens;
    }

    /**
     * Inputs of the model where tokenizer_config.json does not name them: segments where both the
     * class makes them and the family reads them.
     *
     * @param config config.json, empty if there is none
     */
    public Set<String> modelInputNames(JsonObject config) {
        TokenizerClass registered = registered(config);
        return segments && (registered == null || registered.segments)
                ? INPUTS_WITH_SEGMENTS
                : INPUTS;
    }

    /**
     * The class of a checkpoint.
     *
     * @param tokenizerConfig tokenizer_config.json, empty if there is none
     * @param config config.json, empty if there is none
     * @param file tokenizer.json; without class and family, WordPiece may have segments
     */
    public static TokenizerClass of(
            JsonObject tokenizerConfig, JsonObject config, TokenizerFile file) {
        String own =
                isNull(tokenizerConfig, "tokenizer_class")
                        ? null
                        : JsonField.read(
                                tokenizerConfig, "tokenizer_class", "a text", JsonField::text);
        String named = own == null ? text(config, "tokenizer_class") : own;
        String family = text(config, "model_type");
        TokenizerClass registered = registered(config);
        if (named == null) {
            boolean pieces = file.modelType().equals("WordPiece");
            return registered != null ? registered : pieces ? UNNAMED_WORD_PIECE : GENERIC;
        }
        TokenizerClass byName = NAMES.getOrDefault(named.replaceFirst("Fast$", ""), GENERIC);
        if (registered == GENERIC) {
            return GENERIC;
        }
        if (registered != null && NAMED_WRONGLY.contains(family)) {
            return registered;
        }
        return byName == LLAMA && file.isByteLevel() ? GENERIC : byName;
    }

    private static @Nullable TokenizerClass registered(JsonObject config) {
        String family = text(config, "model_type");
        return family == null ? null : FAMILIES.get(family);
    }

    private static boolean isNull(JsonObject json, String key) {
        return !json.has(key) || json.get(key).isJsonNull();
    }

    private static @Nullable String text(JsonObject json, String key) {
        JsonElement value = json.get(key);
        return value != null && value.isJsonPrimitive() ? value.getAsString() : null;
    }
}
