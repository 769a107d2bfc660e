package io.github.peft4j.task.tokenize.files;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import io.github.peft4j.io.file.Utf8;
import io.github.peft4j.json.JsonFile;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Makes what tokenizer.json would hold of the files that older checkpoints have in its place:
 * vocab.txt of WordPiece, vocab.json and merges.txt of byte-level BPE.
 */
final class VocabularyFiles {

    private static final ImmutableList<String> SENTENCE_PIECE =
            ImmutableList.of(
                    "tokenizer.model",
                    "spiece.model",
                    "spm.model",
                    "sentencepiece.bpe.model",
                    "source.spm");

    private VocabularyFiles() {}

    /** Whether a directory holds a vocabulary, not just settings of one. */
    static boolean isIn(Path directory) {
        return Stream.of("tokenizer.json", "vocab.txt")
                        .anyMatch(name -> Files.isRegularFile(directory.resolve(name)))
                || Stream.of("vocab.json", "merges.txt")
                        .allMatch(name -> Files.isRegularFile(directory.resolve(name)));
    }

    /**
     * The vocabulary, without blocks around it.
     *
     * @throws FileNotFoundException that says what is looked for, if there is none
     */
    static JsonObject read(Path directory) throws IOException {
        Path words = directory.resolve("vocab.txt");
        Path tokens = directory.resolve("vocab.json");
        Path merges = directory.resolve("merges.txt");
        JsonObject model = new JsonObject();
        if (Files.isRegularFile(words)) {
            model.addProperty("type", "WordPiece");
            model.addProperty("unk_token", "[UNK]");
            model.addProperty("continuing_subword_prefix", "##");
            model.addProperty("max_input_chars_per_word", 100);
            model.add("vocab", numbered(lines(words)));
        } else if (Files.isRegularFile(tokens) && Files.isRegularFile(merges)) {
            model.addProperty("type", "BPE");
            model.addProperty("continuing_subword_prefix", "");
            model.addProperty("end_of_word_suffix", "");
            model.addProperty("fuse_unk", false);
            model.add("vocab", TokenizerFiles.object(tokens));
            model.add("merges", merges(merges));
        } else {
            refuseSentencePiece(directory);
            throw new FileNotFoundException(
                    ("%s does not exist, nor vocab.txt, nor vocab.json with merges.txt. Save the"
                                    + " tokenizer with save_pretrained of a fast tokenizer.")
                            .formatted(directory.resolve("tokenizer.json")));
        }
        JsonObject json = new JsonObject();
        json.addProperty("version", "1.0");
        json.add("model", model);
        return json;
    }

    private static void refuseSentencePiece(Path directory) throws IOException {
        for (String name : SENTENCE_PIECE) {
            if (Files.isRegularFile(directory.resolve(name))) {
                throw new IOException(
                        ("%s is a SentencePiece model, which this version reads from tokenizer.json"
                                        + " alone. Load it in Python with AutoTokenizer, and call"
                                        + " save_pretrained, which writes that file.")
                                .formatted(directory.resolve(name)));
            }
        }
    }

    private static List<String> lines(Path file) throws IOException {
        try {
            return Utf8.decode(ByteBuffer.wrap(JsonFile.bytes(file))).lines().toList();
        } catch (CharacterCodingException bad) {
            throw new IOException(
                    "%s is no text in UTF-8. Save the tokenizer again with save_pretrained."
                            .formatted(file),
                    bad);
        }
    }

    private static JsonObject numbered(List<String> tokens) {
        JsonObject vocabulary = new JsonObject();
        for (int id = 0; id < tokens.size(); id++) {
            vocabulary.addProperty(tokens.get(id), id);
        }
        return vocabulary;
    }

    private static JsonArray merges(Path merges) throws IOException {
        JsonArray pairs = new JsonArray();
        for (String line : lines(merges)) {
            if (!line.isBlank() && !line.startsWith("#version")) {
                pairs.add(line.strip());
            }
        }
        return pairs;
    }

    /** The template of a class whose vocabulary has no tokenizer.json: its special tokens. */
    static JsonObject template(TokenizerClass kind, JsonObject config, TokenizerFile file) {
        return switch (kind) {
            case BERT, DISTILBERT -> around("BertProcessing", config, file);
            case MPNET, ROBERTA -> {
                JsonObject template = around("RobertaProcessing", config, file);
                template.addProperty("trim_offsets", true);
                template.addProperty("add_prefix_space", false);
                yield template;
            }
            case GPT2, GPT_NEOX, QWEN2 -> asked(config, file);
            default ->
                    throw new IllegalArgumentException(
                            ("tokenizer_class %s is none whose tokenizer can be made of a"
                                            + " vocabulary. Name it, or save tokenizer.json with"
                                            + " save_pretrained of a fast tokenizer.")
                                    .formatted(config.get("tokenizer_class")));
        };
    }

    private static JsonObject around(String type, JsonObject config, TokenizerFile file) {
        JsonObject template = new JsonObject();
        template.addProperty("type", type);
        ImmutableMap.of("sep", "sep_token", "cls", "cls_token")
                .forEach(
                        (place, role) -> {
                            String token = AddedTokens.content(config.get(role));
                            JsonArray pair = new JsonArray();
                            pair.add(token);
                            pair.add(file.vocabulary().get(token));
                            template.add(place, pair);
                        });
        return template;
    }

    /** Begin and end tokens where the config asks for them. */
    private static JsonObject asked(JsonObject config, TokenizerFile file) {
        JsonObject special = new JsonObject();
        JsonArray single = new JsonArray();
        JsonArray pair = new JsonArray();
        for (int segment = 0; segment < 2; segment++) {
            JsonArray part = new JsonArray();
            addToken("bos_token", segment, config, file, part, special);
            part.add(piece("Sequence", segment == 0 ? "A" : "B", segment));
            addToken("eos_token", segment, config, file, part, special);
            pair.addAll(part);
            if (segment == 0) {
                single.addAll(part);
            }
        }
        JsonObject template = new JsonObject();
        template.addProperty("type", "TemplateProcessing");
        template.add("single", single);
        template.add("pair", pair);
        template.add("special_tokens", special);
        return template;
    }

    private static void addToken(
            String role,
            int segment,
            JsonObject config,
            TokenizerFile file,
            JsonArray part,
            JsonObject special) {
        if (!new JsonPrimitive(true).equals(config.get("add_" + role))
                || !config.has(role)
                || config.get(role).isJsonNull()) {
            return;
        }
        String token = AddedTokens.content(config.get(role));
        part.add(piece("SpecialToken", token, segment));
        JsonObject named = new JsonObject();
        JsonArray ids = new JsonArray();
        ids.add(file.vocabulary().get(token));
        JsonArray tokens = new JsonArray();
        tokens.add(token);
        named.addProperty("id", token);
        named.add("ids", ids);
        named.add("tokens", tokens);
        special.add(token, named);
    }

    private static JsonObject piece(String kind, String id, int segment) {
        JsonObject inner = new JsonObject();
        inner.addProperty("id", id);
        inner.addProperty("type_id", segment);
        JsonObject piece = new JsonObject();
        piece.add(kind, inner);
        return piece;
    }
}
