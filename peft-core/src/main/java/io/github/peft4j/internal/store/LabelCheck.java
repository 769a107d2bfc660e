package io.github.peft4j.internal.store;

import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import com.google.common.collect.ImmutableList;
import io.github.peft4j.adapter.BaseModel;
import io.github.peft4j.adapter.set.AdapterSet;
import io.github.peft4j.adapter.set.ModuleCopy;
import io.github.peft4j.io.checkpoint.Checkpoint;
import io.github.peft4j.store.AdapterPassport;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Refuses adapters that were trained for other labels than the base was loaded with. */
final class LabelCheck {

    private LabelCheck() {}

    /** Whether labels have no names but their numbers, or there are none. */
    static boolean unnamed(List<String> labels) {
        for (int i = 0; i < labels.size(); i++) {
            if (!labels.get(i).equals("LABEL_" + i)) {
                return false;
            }
        }
        return true;
    }

    /**
     * Compares the labels of a passport with the base's.
     *
     * @return what is odd, in words
     * @throws IOException if they contradict each other
     */
    static List<String> check(Path folder, AdapterPassport passport, BaseModel base)
            throws IOException {
        List<String> trained = passport.labels();
        List<String> loaded = base.labels();
        if (trained.isEmpty() || loaded.isEmpty() || trained.equals(loaded)) {
            return ImmutableList.of();
        }
        if (trained.size() == loaded.size() && unnamed(trained)) {
            return ImmutableList.of();
        }
        if (trained.size() == loaded.size() && unnamed(loaded)) {
            return ImmutableList.of(
                    "%s was trained for the labels %s; the base has no names for them. %s"
                            .formatted(folder, trained, cure()));
        }
        throw new IOException(
                "%s was trained for %d labels %s; the base was loaded with %d %s. %s"
                        .formatted(folder, trained.size(), trained, loaded.size(), loaded, cure()));
    }

    /**
     * Compares the head in an adapter's file with the base's.
     *
     * @throws IOException if it has another number of outputs
     */
    static void checkHead(AdapterSet set, BaseModel base, Checkpoint file) throws IOException {
        for (OtherHead head : otherHeads(set, base, file)) {
            throw new IOException(
                    "%s was trained for %d labels; the base was loaded with %d %s (%s is %s). %s"
                            .formatted(
                                    file.directory(),
                                    head.found().get(0),
                                    base.labels().size(),
                                    base.labels(),
                                    head.key(),
                                    head.found(),
                                    cure()));
        }
    }

    /**
     * Gives a new adapter's head as many outputs as it has in the file.
     *
     * @throws IOException if the adapter is there already, with another number
     */
    static void takeHead(AdapterSet set, BaseModel base, Checkpoint file) throws IOException {
        for (OtherHead head : otherHeads(set, base, file)) {
            if (head.parameter().isInitialized()) {
                throw new IOException(
                        "%s was trained for %d labels; the adapter that it is loaded into has %d. Load it under a name of its own."
                                .formatted(
                                        file.directory(),
                                        head.found().get(0),
                                        head.parameter().getShape().get(0)));
            }
            head.parameter().setShape(head.found());
        }
    }

    /** A part of a head that has another number of outputs in the file than in the base. */
    private record OtherHead(String key, Parameter parameter, Shape found) {}

    private static List<OtherHead> otherHeads(AdapterSet set, BaseModel base, Checkpoint file) {
        List<OtherHead> heads = new ArrayList<>();
        List<String> loaded = base.labels();
        for (ModuleCopy saved : set.savedModules().values()) {
            Shape wanted = saved.parameter().getShape();
            for (String key : set.file().keySet()) {
                if (set.tensors().get(key) != saved.parameter() || !file.contains(key)) {
                    continue;
                }
                Shape found = file.shape(key);
                boolean outputs =
                        found.dimension() == wanted.dimension()
                                && found.dimension() > 0
                                && wanted.get(0) == loaded.size()
                                && found.get(0) != wanted.get(0)
                                && found.slice(1).equals(wanted.slice(1));
                if (outputs) {
                    heads.add(new OtherHead(key, saved.parameter(), found));
                }
            }
        }
        return heads;
    }

    private static String cure() {
        return "Load the base with LoadOptions.optLabels of the adapter's labels, or both at once"
                + " with AdapterFolder.load; optOwnLabels(true) loads several label sets onto one"
                + " base.";
    }
}
