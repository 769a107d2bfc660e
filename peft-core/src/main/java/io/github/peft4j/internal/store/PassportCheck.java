package io.github.peft4j.internal.store;

import com.google.common.collect.ImmutableList;
import io.github.peft4j.adapter.BaseModel;
import io.github.peft4j.io.checkpoint.Checkpoint;
import io.github.peft4j.store.AdapterPassport;
import io.github.peft4j.store.BaseFingerprint;
import io.github.peft4j.store.NonFiniteCheck;
import io.github.peft4j.store.TensorFingerprint;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Compares what a passport says with what is there. */
final class PassportCheck {

    private static final Logger logger = LoggerFactory.getLogger(PassportCheck.class);

    private PassportCheck() {}

    /**
     * Compares labels and base.
     *
     * @param ownLabels whether the labels may be others
     * @return what is odd, in words, logged already
     * @throws IOException if the labels contradict the base's
     */
    static ImmutableList<String> againstBase(
            Path folder, AdapterPassport passport, BaseModel base, boolean ownLabels)
            throws IOException {
        ImmutableList.Builder<String> odd = ImmutableList.builder();
        if (!ownLabels) {
            odd.addAll(LabelCheck.check(folder, passport, base));
            passport.problemType()
                    .filter(type -> !base.labels().isEmpty() && !type.equals(problemType(base)))
                    .ifPresent(type -> odd.add(readOtherwise(folder, type, problemType(base))));
        }
        if (passport.baseFingerprint().isPresent()) {
            Optional<String> print = BaseFingerprint.of(base);
            if (print.isPresent() && !print.equals(passport.baseFingerprint())) {
                odd.add(
                        "%s was trained on %s, the base is %s, whose weights are others. Results will differ: load the adapter on the base that it was trained on."
                                .formatted(
                                        folder,
                                        passport.baseNameOrPath().orElse("a base without a name"),
                                        base.info().nameOrPath()));
            }
        }
        ImmutableList<String> all = odd.build();
        all.forEach(logger::warn);
        return all;
    }

    /** As transformers takes it where config.json does not say. */
    private static String problemType(BaseModel base) {
        Object said = base.info().config().get("problem_type");
        if (said instanceof String type) {
            return type;
        }
        return base.labels().size() == 1 ? "regression" : "single_label_classification";
    }

    private static String readOtherwise(Path folder, String type, String found) {
        return "%s was trained with problem_type '%s', the base has '%s'. Its scores would be read as something else: load the base with optProblemType(\"%s\"), or the folder with AdapterFolder.load."
                .formatted(folder, type, found, type);
    }

    /** Warns of tensors of the adapter that hold NaN or infinite numbers; logged already. */
    static ImmutableList<String> numbers(Path folder, Checkpoint file) throws IOException {
        Optional<String> odd =
                NonFiniteCheck.warning("The adapter in " + folder, file.names(), file::view);
        odd.ifPresent(logger::warn);
        return odd.map(ImmutableList::of).orElse(ImmutableList.of());
    }

    /**
     * Compares the adapter's tensors.
     *
     * @throws IOException if they are not those that the passport was written for
     */
    static void tensors(Path folder, AdapterPassport passport, Checkpoint file) throws IOException {
        Optional<String> others = TensorFingerprint.differences(passport, file.names(), file::view);
        if (others.isPresent()) {
            String which = others.orElseThrow();
            throw new IOException(
                    "The tensors of adapter_model.safetensors in %s are not those that %s was written for%s. Copy the folder again; if the tensors were changed on purpose, delete %s."
                            .formatted(
                                    folder,
                                    AdapterPassport.FILE_NAME,
                                    which.isEmpty() ? "" : " (" + which + ")",
                                    AdapterPassport.FILE_NAME));
        }
    }
}
