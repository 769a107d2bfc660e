package io.github.peft4j.task.tokenize.files;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import org.jspecify.annotations.Nullable;

/**
 * The blocks around a vocabulary that a class of transformers 5 makes itself, with the settings of
 * tokenizer_config.json and whatever tokenizer.json says: its own normalizer, cut into words, and
 * decoder.
 */
final class TokenizerBlocks {

    private static final String BYTE_LEVEL =
            "{'type':'ByteLevel','add_prefix_space':%s,'trim_offsets':%s,'use_regex':%s}";

    private static final String META_SPACE =
            "{'type':'Metaspace','replacement':'▁','prepend_scheme':'%s','split':%s}";

    private static final String QWEN_WORDS =
            "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}"
                    + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

    private final JsonObject config;
    private final TokenizerFile file;
    private final JsonObject blocks = new JsonObject();

    private TokenizerBlocks(JsonObject config, TokenizerFile file) {
        this.config = config;
        this.file = file;
    }

    /**
     * The blocks that the class makes; empty where it takes those of the file.
     *
     * @param config tokenizer_config.json
     * @throws IllegalArgumentException if a setting is neither true nor false
     */
    static JsonObject of(TokenizerClass kind, JsonObject config, TokenizerFile file) {
        TokenizerBlocks made = new TokenizerBlocks(config, file);
        if (kind.modelType().equals(file.modelType())) {
            made.make(kind);
        }
        return made.blocks;
    }

    private void make(TokenizerClass kind) {
        boolean space = flag("add_prefix_space", false);
        boolean spaceUnlessOff = flag("add_prefix_space", true);
        String always = spaceUnlessOff ? "always" : "never";
        switch (kind) {
            case BERT, DISTILBERT, MPNET -> wordPiece();
            case ROBERTA, GPT2 -> {
                put("normalizer", "null");
                put("pre_tokenizer", BYTE_LEVEL.formatted(space, true, true));
                byteDecoder();
            }
            case GPT_NEOX -> {
                put("normalizer", "{'type':'NFC'}");
                put("pre_tokenizer", BYTE_LEVEL.formatted(space, flag("trim_offsets", true), true));
                byteDecoder();
                put("post_processor", template("", "", ""));
            }
            case QWEN2 -> qwen(space);
            case LLAMA -> {
                boolean first = spaceUnlessOff && !flag("legacy", false);
                String scheme = first ? "first" : always;
                put("normalizer", "null");
                put("pre_tokenizer", META_SPACE.formatted(scheme, false));
                pieceDecoder(spaceUnlessOff);
            }
            case GEMMA -> {
                put("normalizer", "{'type':'Replace','pattern':{'String':' '},'content':'▁'}");
                put(
                        "pre_tokenizer",
                        "{'type':'Split','pattern':{'String':' '},"
                                + "'behavior':'MergedWithPrevious','invert':false}");
                pieceDecoder(false);
            }
            case T5 -> sentencePiece("always");
            case XLM_ROBERTA, CAMEMBERT -> sentencePiece(always);
            case DEBERTA_V2 -> deberta(spaceUnlessOff ? "always" : "first");
            case MBART -> {
                sentencePiece("always");
                put("normalizer", "null");
            }
            case UNNAMED_WORD_PIECE, GENERIC -> {}
        }
    }

    private void wordPiece() {
        JsonElement accents = config.get("strip_accents");
        boolean asLowered = accents == null || accents.isJsonNull();
        put(
                "normalizer",
                "{'type':'BertNormalizer','clean_text':true,'handle_chinese_chars':%s,"
                                .formatted(flag("tokenize_chinese_chars", true))
                        + "'strip_accents':%s,'lowercase':%s}"
                                .formatted(
                                        asLowered ? null : flag("strip_accents", false),
                                        flag("do_lower_case", true)));
        put("pre_tokenizer", "{'type':'BertPreTokenizer'}");
        put("decoder", "{'type':'WordPiece','prefix':'##','cleanup':true}");
    }

    private void qwen(boolean space) {
        put("normalizer", "{'type':'NFC'}");
        JsonObject pattern = new JsonObject();
        pattern.addProperty("Regex", QWEN_WORDS);
        JsonObject split = json("{'type':'Split','behavior':'Isolated','invert':false}");
        split.add("pattern", pattern);
        JsonArray parts = new JsonArray();
        parts.add(split);
        parts.add(json(BYTE_LEVEL.formatted(space, true, false)));
        JsonObject words = json("{'type':'Sequence'}");
        words.add("pretokenizers", parts);
        blocks.add("pre_tokenizer", words);
        byteDecoder();
    }

    private void byteDecoder() {
        put("decoder", BYTE_LEVEL.formatted(true, true, true));
    }

    private void pieceDecoder(boolean strips) {
        put(
                "decoder",
                "{'type':'Sequence','decoders':["
                        + "{'type':'Replace','pattern':{'String':'▁'},'content':' '},"
                        + "{'type':'ByteFallback'},{'type':'Fuse'}"
                        + (strips ? ",{'type':'Strip','content':' ','start':1,'stop':0}]}" : "]}"));
    }

    private void sentencePiece(String scheme) {
        blocks.add("normalizer", precompiled(file.blocks().get("normalizer")));
        put(
                "pre_tokenizer",
                "{'type':'Sequence','pretokenizers':[{'type':'WhitespaceSplit'},%s]}"
                        .formatted(META_SPACE.formatted(scheme, true)));
        put("decoder", META_SPACE.formatted(scheme, true));
    }

    /** SentencePiece's own table of normal forms, or null. */
    private static @Nullable JsonElement precompiled(@Nullable JsonElement normalizer) {
        if (!(normalizer instanceof JsonObject object)) {
            return null;
        }
        if (new JsonPrimitive("Precompiled").equals(object.get("type"))) {
            return object;
        }
        if (object.get("normalizers") instanceof JsonArray parts) {
            for (JsonElement part : parts) {
                JsonElement found = precompiled(part);
                if (found != null) {
                    return found;
                }
            }
        }
        return null;
    }

    private void deberta(String scheme) {
        put(
                "normalizer",
                "{'type':'Sequence','normalizers':["
                        + (flag("do_lower_case", false) ? "{'type':'Lowercase'}," : "")
                        + "{'type':'Replace','pattern':{'Regex':'\\\\s{2,}|[\\\\n\\\\r\\\\t]'},"
                        + "'content':' '},{'type':'NFC'},"
                        + "{'type':'Strip','strip_left':false,'strip_right':true}]}");
        put(
                "pre_tokenizer",
                "{'type':'Sequence','pretokenizers':["
                        + (flag("split_by_punct", false)
                                ? "{'type':'Punctuation','behavior':'Isolated'},"
                                : "")
                        + META_SPACE.formatted(scheme, true)
                        + "]}");
        put("decoder", META_SPACE.formatted(scheme, true));
    }

    /** A template with these parts before, between and after the texts. */
    static String template(String before, String between, String after) {
        String first = "{'Sequence':{'id':'A','type_id':0}}";
        String second = "{'Sequence':{'id':'B','type_id':1}}";
        return "{'type':'TemplateProcessing','single':[%s%s%s],'pair':[%s%s%s,%s%s],"
                        .formatted(before, first, after, before, first, between, second, after)
                + "'special_tokens':{}}";
    }

    private boolean flag(String key, boolean missing) {
        JsonElement value = config.get(key);
        if (value == null || value.isJsonNull()) {
            return missing;
        }
        if (!(value instanceof JsonPrimitive primitive && primitive.isBoolean())) {
            throw new IllegalArgumentException(
                    "%s is %s. It must be true or false.".formatted(key, value));
        }
        return value.getAsBoolean();
    }

    private void put(String name, String block) {
        blocks.add(name, JsonParser.parseString(block));
    }

    private static JsonObject json(String text) {
        return JsonParser.parseString(text).getAsJsonObject();
    }
}
