package io.github.peft4j.task.tokenize;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSortedSet;
import com.google.common.collect.Iterables;
import io.github.peft4j.task.chat.ChatMessage;
import io.github.peft4j.task.chat.ChatTemplate;
import io.github.peft4j.task.chat.ChatTemplateFiles;
import io.github.peft4j.task.tokenize.files.TokenizerFile;
import io.github.peft4j.task.tokenize.files.TokenizerFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SortedSet;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Turns texts into the tokens of a Hugging Face checkpoint, and ids back into text.
 *
 * <p>{@code tokenizer.json} says how a text is cut, {@code tokenizer_config.json} which tokens are
 * special and on which side padding goes. The truncation and padding blocks inside {@code
 * tokenizer.json} are switched off: nothing is cut or padded unless {@link EncodeOptions} ask for
 * it. An empty or blank text gives the special tokens alone; a lone surrogate counts as U+FFFD.
 *
 * <p>Safe to use from any number of threads; nothing changes after loading, and {@link #close}
 * waits for calls under way. Encoding costs about 0.1 ms for a text of 50 tokens.
 */
public final class Tokenizer implements AutoCloseable {

    /** From this many texts on, a list is encoded on several cores. */
    private static final int PARALLEL = 64;

    /** Inputs that are held at a time when any number of them is encoded. */
    private static final int PART = 1024;

    /** How a text that a chat template wrote is encoded: it has its special tokens already. */
    private static final EncodeOptions TEMPLATED =
            EncodeOptions.builder().optAddSpecialTokens(false).build();

    private final NativeTokenizer tokenizer;
    private final TokenizerFile file;
    private final TokenizerConfig config;
    private final ImmutableMap<String, String> templates;
    private final OptionalInt modelPadId;

    private Tokenizer(
            NativeTokenizer tokenizer,
            TokenizerFile file,
            TokenizerConfig config,
            Map<String, String> templates,
            OptionalInt modelPadId) {
        this.tokenizer = tokenizer;
        this.file = file;
        this.config = config;
        this.templates = ImmutableMap.copyOf(templates);
        this.modelPadId = modelPadId;
    }

    /**
     * Loads the tokenizer of a checkpoint directory: of tokenizer.json, or else of vocab.txt
     * (WordPiece), or of vocab.json and merges.txt (byte-level BPE).
     *
     * @throws IOException if there is no vocabulary, or a file holds a value that cannot be used;
     *     the text names the file
     */
    public static Tokenizer fromPretrained(Path directory) throws IOException {
        return fromPretrained(directory, ImmutableMap.of());
    }

    /**
     * Loads a tokenizer with special tokens of one's own, e.g. {@code Map.of("pad_token",
     * "<|endoftext|>")} where the files name no pad token. One that is not in the vocabulary is
     * added behind it.
     *
     * @param specialTokens token of each role, before those of the files
     * @throws IOException as {@link #fromPretrained(Path)}
     */
    public static Tokenizer fromPretrained(Path directory, Map<String, String> specialTokens)
            throws IOException {
        return of(TokenizerFiles.read(directory, specialTokens));
    }

    /**
     * Loads the tokenizer of an adapter: the vocabulary of its folder, or else of the checkpoint
     * with the settings and added tokens of the folder laid over those of the checkpoint.
     *
     * @throws IOException as {@link #fromPretrained(Path)}
     */
    public static Tokenizer ofAdapter(Path checkpoint, Path adapter) throws IOException {
        return of(TokenizerFiles.read(ImmutableList.of(adapter, checkpoint), ImmutableMap.of()));
    }

    private static Tokenizer of(TokenizerFiles files) throws IOException {
        TokenizerConfig config = TokenizerConfig.of(files);
        Map<String, String> templates = ChatTemplateFiles.read(files.json().resolveSibling(""));
        NativeTokenizer tokenizer = NativeTokenizer.read(files);
        return new Tokenizer(tokenizer, files.file(), config, templates, files.modelPadId());
    }

    /** The same tokenizer with chat templates of its own, by name; closing one closes both. */
    public Tokenizer withChatTemplates(Map<String, String> own) {
        return new Tokenizer(tokenizer, file, config, own, modelPadId);
    }

    /** The same tokenizer, which pads on this side; closing one closes both. */
    public Tokenizer withPaddingSide(Side side) {
        return new Tokenizer(tokenizer, file, config.withPaddingSide(side), templates, modelPadId);
    }

    /** Encodes one text whole. */
    public Encoding encode(String text) {
        return encode(text, EncodeOptions.DEFAULT);
    }

    /** Encodes one text. */
    public Encoding encode(String text, EncodeOptions options) {
        return encode(text, null, options);
    }

    /** Encodes a text and its pair in one row; an absent or empty pair means the text alone. */
    public Encoding encode(String text, @Nullable String textPair, EncodeOptions options) {
        return encode(
                textPair == null || textPair.isEmpty()
                        ? TextInput.of(text)
                        : TextInput.pair(text, textPair),
                options);
    }

    /**
     * Encodes one input to one row.
     *
     * @throws IllegalArgumentException if the options ask for windows, which are several rows
     */
    public Encoding encode(TextInput input, EncodeOptions options) {
        if (options.overflowWindows()) {
            throw new IllegalArgumentException(
                    "overflowWindows true gives several rows a text. Use encodeAll.");
        }
        return encodeAll(ImmutableList.of(input), options).get(0);
    }

    /**
     * Encodes a batch: a row for each input, in order, or with {@code overflowWindows} its windows
     * one after the other; {@link Encoding#sample} tells the input of each row.
     */
    public List<Encoding> encodeAll(List<TextInput> inputs, EncodeOptions options) {
        ImmutableList<Encoding> rows = encodePart(inputs, 0, options);
        return options.padding() == PaddingStrategy.NONE ? rows : pad(rows, options);
    }

    /**
     * Encodes any number of inputs and hands over their rows one by one, in order; only a few
     * inputs are held at a time, so they may come from a file that is larger than memory.
     *
     * @throws IllegalArgumentException that names the input, if one does not fit the options, or if
     *     they ask for padding, which needs all rows at once
     */
    public void encodeEach(
            Iterable<? extends TextInput> inputs, EncodeOptions options, Consumer<Encoding> rows) {
        if (options.padding() != PaddingStrategy.NONE) {
            throw new IllegalArgumentException(
                    "padding %s needs all rows at once. Use encodeAll, or pad batches later."
                            .formatted(options.padding()));
        }
        int first = 0;
        for (List<? extends TextInput> part : Iterables.partition(inputs, PART)) {
            encodePart(part, first, options).forEach(rows);
            first = Math.addExact(first, part.size());
        }
    }

    private ImmutableList<Encoding> encodePart(
            List<? extends TextInput> inputs, int first, EncodeOptions options) {
        Truncation truncation = truncation(options);
        IntStream samples = IntStream.range(0, inputs.size());
        return (inputs.size() < PARALLEL ? samples : samples.parallel())
                .boxed()
                .flatMap(
                        i -> {
                            try {
                                return rows(first + i, inputs.get(i), options, truncation);
                            } catch (IllegalArgumentException refused) {
                                throw inputs.size() == 1 ? refused : named(first + i, refused);
                            }
                        })
                .collect(ImmutableList.toImmutableList());
    }

    private static IllegalArgumentException named(int sample, IllegalArgumentException refused) {
        return new IllegalArgumentException(
                "Text %d: %s".formatted(sample, refused.getMessage()), refused);
    }

    private Stream<Encoding> rows(
            int sample, TextInput input, EncodeOptions options, Truncation truncation) {
        TokenColumns row = tokenizer.encode(input, options.addSpecialTokens());
        return truncation.windows(row).stream().map(window -> new Encoding(sample, row, window));
    }

    /**
     * Encodes a conversation by the {@link #chatTemplate()}, to have the model answer it: with the
     * head of its next turn, and without special tokens beyond those of the template.
     *
     * @throws IllegalStateException if the checkpoint has no chat template
     * @throws IllegalArgumentException if the template refuses the messages
     */
    public Encoding encodeChat(List<ChatMessage> messages) {
        return encode(chatTemplate().render(messages, true), TEMPLATED);
    }

    /** Names of the ways to write conversations that the checkpoint has. */
    public Set<String> chatTemplates() {
        return templates.keySet();
    }

    /**
     * The checkpoint's way to write conversations.
     *
     * @throws IllegalStateException if it has none
     * @throws IllegalArgumentException if it has one that cannot be read; the text names the line
     */
    public ChatTemplate chatTemplate() {
        return chatTemplate(ChatTemplateFiles.DEFAULT);
    }

    /**
     * One of the checkpoint's ways to write conversations.
     *
     * @param name as the checkpoint names it, e.g. {@code tool_use}
     */
    public ChatTemplate chatTemplate(String name) {
        String source = templates.get(name);
        if (source == null) {
            throw new IllegalStateException(
                    ("The tokenizer has no chat template '%s', it has %s. Load an instruction-tuned"
                                    + " checkpoint with its chat_template.jinja, or give your own to"
                                    + " ChatTemplate.of.")
                            .formatted(name, templates.keySet()));
        }
        return ChatTemplate.of(source, config.specialTokens());
    }

    /** The text of some ids, cleaned up as the tokenizer's configuration says. */
    public String decode(long[] ids, boolean skipSpecialTokens) {
        return decode(ids, skipSpecialTokens, config.cleanUpTokenizationSpaces());
    }

    /**
     * The text of some ids. Ids that no token has are left out, as in Hugging Face.
     *
     * @param skipSpecialTokens whether special tokens and padding are left out
     * @param cleanUpTokenizationSpaces whether spaces before punctuation are taken out; without
     *     effect on BPE, whose tokens carry their own spaces
     * @throws IllegalArgumentException for a negative id
     */
    public String decode(long[] ids, boolean skipSpecialTokens, boolean cleanUpTokenizationSpaces) {
        for (long id : ids) {
            if (id < 0 || id > Integer.MAX_VALUE) {
                throw new IllegalArgumentException(
                        "Id %d is not a token id. Replace ignored labels (-100) by the pad id."
                                .formatted(id));
            }
        }
        String text = tokenizer.decode(ids, skipSpecialTokens);
        return cleanUpTokenizationSpaces && !file.modelType().equals("BPE")
                ? NativeTokenizer.cleanUp(text)
                : text;
    }

    /** What {@code tokenizer_config.json} says. */
    public TokenizerConfig config() {
        return config;
    }

    /** Number of tokens, added ones included; a model may have more rows. */
    public int vocabSize() {
        return file.vocabulary().size();
    }

    /** Whether tokens inside a word are marked, as WordPiece marks them with {@code ##}. */
    public boolean marksSubwords() {
        return !file.subwordPrefix().isEmpty();
    }

    /** Id of a token as the vocabulary spells it, e.g. {@code ##ing}. */
    public OptionalInt tokenToId(String token) {
        Integer id = file.vocabulary().get(token);
        return id == null ? OptionalInt.empty() : OptionalInt.of(id);
    }

    /** Id of the special token of a role, e.g. {@code eos_token}; empty if there is none. */
    public OptionalInt specialId(String role) {
        String token = config.specialTokens().get(role);
        return token == null ? OptionalInt.empty() : tokenToId(token);
    }

    /** Ids of all special tokens that the configuration names. */
    public SortedSet<Integer> allSpecialIds() {
        return Stream.concat(
                        config.specialTokens().values().stream(),
                        config.extraSpecialTokens().stream())
                .flatMapToInt(token -> tokenToId(token).stream())
                .boxed()
                .collect(ImmutableSortedSet.toImmutableSortedSet(Integer::compare));
    }

    /**
     * Id of the token that ends a text.
     *
     * @throws IllegalStateException if the tokenizer has none
     */
    public int eosId() {
        return requireSpecial("eos_token", "Set eos_token in tokenizer_config.json.");
    }

    /**
     * Id of the pad token.
     *
     * @throws IllegalStateException if the tokenizer has none
     */
    public int padId() {
        return requireSpecial(
                "pad_token",
                "Set pad_token in tokenizer_config.json, or name one to"
                        + " Tokenizer.fromPretrained, e.g. the eos_token.");
    }

    /**
     * Id that rows are filled up with: that of the pad token, or else the {@code pad_token_id} of
     * the model; empty if neither is named.
     */
    public OptionalInt fillId() {
        OptionalInt own = specialId("pad_token");
        return own.isPresent() ? own : modelPadId;
    }

    private int requireSpecial(String role, String cure) {
        String why = "The tokenizer's %s (%s) is not in its vocabulary. %s";
        String text = why.formatted(role, config.specialTokens().get(role), cure);
        return specialId(role).orElseThrow(() -> new IllegalStateException(text));
    }

    /** Frees the native tokenizer; calls under way finish first, later ones are refused. */
    @Override
    public void close() {
        tokenizer.close();
    }

    private Truncation truncation(EncodeOptions options) {
        return new Truncation(
                options.truncation(),
                longestRow(options).orElse(Integer.MAX_VALUE),
                options.stride(),
                options.overflowWindows(),
                truncationSide(options));
    }

    /** The longest row under some options; empty if they cut nothing. */
    public OptionalInt longestRow(EncodeOptions options) {
        return options.truncation() == TruncationStrategy.NONE
                ? OptionalInt.empty()
                : OptionalInt.of(config.maxLength(options));
    }

    /** Where rows are cut under some options. */
    public Side truncationSide(EncodeOptions options) {
        return Objects.requireNonNullElse(options.truncationSide(), config.truncationSide());
    }

    private ImmutableList<Encoding> pad(ImmutableList<Encoding> rows, EncodeOptions options) {
        int length =
                options.padding() == PaddingStrategy.MAX_LENGTH
                        ? config.maxLength(options)
                        : rows.stream().mapToInt(Encoding::length).max().orElse(0);
        int rest = length % options.padToMultipleOf();
        int full = rest == 0 ? length : Math.addExact(length, options.padToMultipleOf() - rest);
        if (rows.stream().allMatch(row -> row.length() >= full)) {
            return rows; // nothing is padded, so no token for it is needed
        }
        Side side = Objects.requireNonNullElse(options.paddingSide(), config.paddingSide());
        Token padding =
                new Token(
                        fillId().orElseGet(this::padId),
                        config.specialTokens().getOrDefault("pad_token", ""),
                        config.padTypeId(),
                        Token.Kind.PADDING,
                        null);
        return rows.stream()
                .map(row -> row.padded(full, padding, side))
                .collect(ImmutableList.toImmutableList());
    }
}
