package io.github.peft4j.task.tokenize;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.huggingface.tokenizers.jni.CharSpan;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.json.JsonReasons;
import io.github.peft4j.task.tokenize.check.TokenizerCheck;
import io.github.peft4j.task.tokenize.check.TrustedTokenizer;
import io.github.peft4j.task.tokenize.files.TokenizerFiles;
import io.github.peft4j.task.tokenize.use.Use;
import io.github.peft4j.task.tokenize.use.Uses;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The Rust tokenizer with truncation and padding switched off: whole texts in, all tokens out.
 *
 * <p>Cutting and padding are done in Java, so no call changes the native state and any number of
 * threads may encode at once; closing waits for them. Texts are encoded one by one, never by the
 * native batch calls: those end the process where a single call throws.
 */
final class NativeTokenizer implements AutoCloseable {

    private static final ImmutableMap<String, String> WHOLE_TEXTS =
            ImmutableMap.of("truncation", "false", "padding", "false", "addSpecialTokens", "true");

    private static final Logger LOG = LoggerFactory.getLogger(NativeTokenizer.class);

    private final HuggingFaceTokenizer tokenizer;
    private final Uses uses;
    private final ReadWriteLock lock = new ReentrantReadWriteLock();
    private final AtomicBoolean warned = new AtomicBoolean();
    private volatile @Nullable Boolean spaces;
    private boolean closed;

    private NativeTokenizer(HuggingFaceTokenizer tokenizer, Uses uses) {
        this.tokenizer = tokenizer;
        this.uses = uses;
    }

    static NativeTokenizer read(TokenizerFiles files) throws IOException {
        try {
            TrustedTokenizer trusted =
                    TokenizerCheck.trusted(
                            files.file().blocks(),
                            files.text().bytes(),
                            files.file().plain(),
                            files.json());
            String barred = trusted.uses().toString();
            if (!barred.isEmpty()) {
                LOG.warn("{} cannot be used to {}", files.json(), barred);
            }
            return new NativeTokenizer(
                    HuggingFaceTokenizer.newInstance(trusted.open(), WHOLE_TEXTS), trusted.uses());
        } catch (RuntimeException refused) {
            throw new IOException(
                    "%s is not readable by the tokenizers library: %s. Save the tokenizer again with"
                                    .formatted(files.json(), JsonReasons.message(refused))
                            + " save_pretrained of a transformers version that it knows.",
                    refused);
        }
    }

    /** All tokens of an input, in their order, special tokens as the template puts them. */
    TokenColumns encode(TextInput input, boolean addSpecialTokens) {
        uses.require(Use.ENCODE);
        if (addSpecialTokens) {
            uses.require(
                    input instanceof TextInput.Pair
                            ? Use.SPECIAL_TOKENS_OF_PAIR
                            : Use.SPECIAL_TOKENS_OF_TEXT);
        }
        if (input instanceof TextInput.Single single) {
            CodePoints text = new CodePoints(single.text());
            return tokens(
                    open -> open.encode(text.wellFormed(), addSpecialTokens, false),
                    (sequence, word) -> text);
        }
        if (input instanceof TextInput.Pair pair) {
            CodePoints first = new CodePoints(pair.text());
            CodePoints second = new CodePoints(pair.textPair());
            return tokens(
                    open ->
                            open.encode(
                                    first.wellFormed(),
                                    second.wellFormed(),
                                    addSpecialTokens,
                                    false),
                    (sequence, word) -> sequence == 0 ? first : second);
        }
        if (input instanceof TextInput.Marked marked) {
            return spellsSpaces()
                    ? inText(marked, addSpecialTokens)
                    : wordByWord(marked, addSpecialTokens);
        }
        List<CodePoints> words =
                ((TextInput.Words) input).words().stream().map(CodePoints::new).toList();
        return tokens(
                open -> open.encode(wellFormed(words), addSpecialTokens, false),
                (sequence, word) -> words.get(word));
    }

    private static String[] wellFormed(List<CodePoints> words) {
        return words.stream().map(CodePoints::wellFormed).toArray(String[]::new);
    }

    /** Whether words alone have other tokens than in a text, where spaces stand before them. */
    private boolean spellsSpaces() {
        Boolean known = spaces;
        if (known == null) {
            String[] words = {"a", "a"};
            known =
                    whileOpen(
                            open ->
                                    !Arrays.equals(
                                            open.encode(words, false, false).getIds(),
                                            open.encode("a a", false, false).getIds()));
            spaces = known; // two threads may find the same
        }
        return known;
    }

    private TokenColumns inText(TextInput.Marked marked, boolean addSpecialTokens) {
        CodePoints text = new CodePoints(marked.text());
        MarkedWords words = new MarkedWords(marked);
        return tokens(
                open -> open.encode(text.wellFormed(), addSpecialTokens, false),
                (sequence, word) -> text,
                (raw, i) -> {
                    CharSpan span = raw.getCharTokenSpans()[i];
                    if (span == null) {
                        return -1;
                    }
                    Span piece = text.toChars(new Span(span.getStart(), span.getEnd()));
                    int word = words.at(piece);
                    warnOfTwoWords(raw.getTokens()[i], words.reached(piece, word));
                    return word;
                });
    }

    /** Once: with such a text there are more of them. */
    private void warnOfTwoWords(String token, String second) {
        if (!second.isEmpty() && warned.compareAndSet(false, true)) {
            LOG.warn(
                    "The token '{}' is a piece of two marked words, as the tokenizer cuts a text: it"
                            + " counts for the first one, and '{}' lacks it. Mark words as the"
                            + " tokenizer cuts them, with spaces between, or join the two.",
                    token,
                    second);
        }
    }

    private TokenColumns wordByWord(TextInput.Marked marked, boolean addSpecialTokens) {
        CodePoints text = new CodePoints(marked.text());
        List<CodePoints> words =
                marked.words().stream()
                        .map(span -> marked.text().substring(span.start(), span.end()))
                        .map(CodePoints::new)
                        .toList();
        return tokens(
                open -> open.encode(wellFormed(words), addSpecialTokens, false),
                new TextOfToken() {
                    @Override
                    public CodePoints of(int sequence, int word) {
                        return text;
                    }

                    @Override
                    public int start(int word) {
                        return marked.text().codePointCount(0, marked.words().get(word).start());
                    }
                });
    }

    String decode(long[] ids, boolean skipSpecialTokens) {
        uses.require(Use.DECODE);
        return whileOpen(open -> open.decode(ids, skipSpecialTokens));
    }

    /** A text without the spaces that decoding puts before punctuation. */
    static String cleanUp(String text) {
        return text.replace(" .", ".")
                .replace(" ?", "?")
                .replace(" !", "!")
                .replace(" ,", ",")
                .replace(" ' ", "'")
                .replace(" n't", "n't")
                .replace(" 'm", "'m")
                .replace(" 's", "'s")
                .replace(" 've", "'ve")
                .replace(" 're", "'re");
    }

    @Override
    public void close() {
        lock.writeLock().lock();
        try {
            closed = true;
            tokenizer.close();
        } finally {
            lock.writeLock().unlock();
        }
    }

    private <T> T whileOpen(Function<HuggingFaceTokenizer, T> call) {
        lock.readLock().lock();
        try {
            if (closed) {
                throw new IllegalStateException(
                        "The tokenizer is closed. Use it inside its try block, or load it again.");
            }
            return call.apply(tokenizer);
        } finally {
            lock.readLock().unlock();
        }
    }

    private TokenColumns tokens(
            Function<HuggingFaceTokenizer, ai.djl.huggingface.tokenizers.Encoding> call,
            TextOfToken texts) {
        return tokens(call, texts, (raw, i) -> (int) raw.getWordIds()[i]);
    }

    private TokenColumns tokens(
            Function<HuggingFaceTokenizer, ai.djl.huggingface.tokenizers.Encoding> call,
            TextOfToken texts,
            WordOfToken wordOf) {
        var raw = whileOpen(call);
        int[] ids = Arrays.stream(raw.getIds()).mapToInt(id -> (int) id).toArray();
        int[] types = Arrays.stream(raw.getTypeIds()).mapToInt(type -> (int) type).toArray();
        long[] special = raw.getSpecialTokenMask();
        long[] sequenceIds = raw.getSequenceIds();
        int[] sequences = new int[ids.length];
        int[] words = new int[ids.length];
        Token.Kind[] kinds = new Token.Kind[ids.length];
        for (int i = 0; i < ids.length; i++) {
            boolean ofText = special[i] == 0;
            sequences[i] = ofText ? Math.max(0, (int) sequenceIds[i]) : -1;
            words[i] = ofText ? wordOf.of(raw, i) : -1;
            kinds[i] = ofText ? Token.Kind.TEXT : Token.Kind.SPECIAL;
        }
        return new TokenColumns(
                ids,
                types,
                sequences,
                words,
                kinds,
                i ->
                        new Token(
                                ids[i],
                                raw.getTokens()[i],
                                types[i],
                                kinds[i],
                                kinds[i] == Token.Kind.TEXT
                                        ? source(raw, i, sequences[i], words[i], texts)
                                        : null));
    }

    private static Token.Source source(
            ai.djl.huggingface.tokenizers.Encoding raw,
            int i,
            int sequence,
            int word,
            TextOfToken texts) {
        @Nullable CharSpan span = raw.getCharTokenSpans()[i];
        int start = texts.start(word);
        Span codePoints =
                span == null
                        ? Span.EMPTY
                        : new Span(start + span.getStart(), start + span.getEnd());
        return new Token.Source(
                sequence, word, texts.of(sequence, word).toChars(codePoints), codePoints);
    }

    /** The text that a token's span counts in. */
    private interface TextOfToken {
        CodePoints of(int sequence, int word);

        /** Where the tokenizer's count of code points begins. */
        default int start(int unusedWord) {
            return 0;
        }
    }

    /** The word that a token is a piece of, -1 for none. */
    private interface WordOfToken {
        int of(ai.djl.huggingface.tokenizers.Encoding raw, int token);
    }
}
