package io.github.peft4j.task.generate.config;

import com.google.common.collect.ImmutableSet;
import io.github.peft4j.config.option.Option;
import io.github.peft4j.config.option.OptionValues;
import io.github.peft4j.json.JsonType;
import io.github.peft4j.task.internal.TaskOptions;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Ids of the tokens that steer generation; null or empty where a model has none. */
public final class SpecialTokens {

    private static final String RULE = "the id of a token, or none";

    private static final JsonType<List<Integer>> LIST =
            TaskOptions.WHOLE.list("a list of whole numbers");

    /** One id or a list, in whose order the first one counts as the end token. */
    private static final JsonType<ImmutableSet<Integer>> IDS =
            JsonType.of(
                    "a whole number or a list of them",
                    SpecialTokens::ids,
                    ids -> ids.size() == 1 ? ids.asList().get(0) : ids.asList());

    static final Option<Integer> BOS_TOKEN_ID =
            id("bos_token_id")
                    .means("starts a decoder's text if `decoder_start_token_id` is absent");
    static final Option<ImmutableSet<Integer>> EOS_TOKEN_ID =
            ids("eos_token_id").means("each of them ends a text; if none, only the length does");
    static final Option<Integer> PAD_TOKEN_ID =
            id("pad_token_id").means("fills finished rows; the first end token if absent");
    static final Option<Integer> DECODER_START_TOKEN_ID =
            id("decoder_start_token_id").means("starts the text of an encoder-decoder");
    static final Option<Integer> FORCED_BOS_TOKEN_ID =
            id("forced_bos_token_id")
                    .must(id -> id >= 0, RULE)
                    .means("the first token after the start");
    static final Option<ImmutableSet<Integer>> FORCED_EOS_TOKEN_ID =
            ids("forced_eos_token_id")
                    .must(ids -> ids.stream().allMatch(id -> id >= 0), RULE)
                    .means("one of them is the last token if `max_length` ends a text");

    static final List<Option<?>> OPTIONS =
            List.of(
                    BOS_TOKEN_ID,
                    EOS_TOKEN_ID,
                    PAD_TOKEN_ID,
                    DECODER_START_TOKEN_ID,
                    FORCED_BOS_TOKEN_ID,
                    FORCED_EOS_TOKEN_ID);

    private final OptionValues values;
    private final ImmutableSet<Integer> ends; // asked for each token

    SpecialTokens(OptionValues values) {
        this.values = values;
        ends =
                values.get(EOS_TOKEN_ID).stream()
                        .filter(id -> id >= 0)
                        .collect(ImmutableSet.toImmutableSet());
    }

    /** Old files say -1 for none; a token that is forced must exist. */
    private @Nullable Integer present(Option<Integer> option) {
        Integer id = values.find(option);
        return id == null || id < 0 ? null : id;
    }

    private static Option<Integer> id(String key) {
        return Option.nullable(key, TaskOptions.WHOLE);
    }

    private static Option<ImmutableSet<Integer>> ids(String key) {
        return Option.of(key, IDS, ImmutableSet.of()).nullAsDefault();
    }

    private static Optional<ImmutableSet<Integer>> ids(Object json) {
        return json instanceof List<?>
                ? LIST.tryConvert(json).map(ImmutableSet::copyOf)
                : TaskOptions.WHOLE.tryConvert(json).map(ImmutableSet::of);
    }

    /** Starts a decoder's text if there is no {@link #decoderStartTokenId}. */
    public @Nullable Integer bosTokenId() {
        return present(BOS_TOKEN_ID);
    }

    /** Each of them ends a text. */
    public Set<Integer> eosTokenId() {
        return ends;
    }

    /** Fills finished rows. */
    public @Nullable Integer padTokenId() {
        return present(PAD_TOKEN_ID);
    }

    /** Starts the text of an encoder-decoder. */
    public @Nullable Integer decoderStartTokenId() {
        return present(DECODER_START_TOKEN_ID);
    }

    /** The first token after the start. */
    public @Nullable Integer forcedBosTokenId() {
        return values.find(FORCED_BOS_TOKEN_ID);
    }

    /** One of them is the last token if the length ends a text. */
    public Set<Integer> forcedEosTokenId() {
        return values.get(FORCED_EOS_TOKEN_ID);
    }

    /** Whether this token ends a text. */
    public boolean ends(long id) {
        return ends.contains((int) id);
    }

    /** What fills rows that ended before others; -1 if no row can. */
    public int fill() {
        if (ends.isEmpty()) {
            return -1;
        }
        Integer pad = padTokenId();
        return pad == null ? ends.asList().get(0) : pad;
    }

    /** The same for beam search, where transformers takes a pad token of id 0 for none. */
    public int fillOfBeams() {
        int fill = fill();
        return fill == 0 ? ends.asList().get(0) : fill;
    }

    /**
     * The first token of an encoder-decoder's text.
     *
     * @throws IllegalArgumentException if there is none
     */
    public int start() {
        Integer decoderStart = decoderStartTokenId();
        Integer start = decoderStart == null ? bosTokenId() : decoderStart;
        if (start == null) {
            throw new IllegalArgumentException(
                    "An encoder-decoder's text needs a first token. Set decoder_start_token_id (or"
                            + " bos_token_id), for instance by GenerationConfig.fromPretrained.");
        }
        return start;
    }
}
