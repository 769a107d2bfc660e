package io.github.peft4j.transformers;

import com.google.common.base.Preconditions;
import io.github.peft4j.exception.UnsupportedFeatureException;
import io.github.peft4j.model.LayerSite;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where the numbered layers of a deeper model come from.
 *
 * @param list path of the list of layers
 * @param order the number in the base of each layer of the deeper model
 */
record ReplicatedNames(String list, List<Integer> order) {

    private static final Pattern NUMBERED = Pattern.compile("(\\D+)\\.(\\d+)");

    /**
     * Finds the list of layers of a base.
     *
     * @throws UnsupportedFeatureException if it has none, or several
     * @throws IllegalArgumentException if it has no layer of a number
     */
    static ReplicatedNames of(TransformerModel base, List<Integer> order) {
        SortedMap<String, Integer> lists = new TreeMap<>();
        for (LayerSite site : base.sites()) {
            Matcher numbered = NUMBERED.matcher(site.path());
            if (numbered.matches()) {
                lists.merge(numbered.group(1), 1, Integer::sum);
            }
        }
        if (lists.size() != 1) {
            throw new UnsupportedFeatureException(
                    "layer_replication needs a model with one list of layers, and "
                            + base.info().className()
                            + " has "
                            + (lists.isEmpty() ? "none" : lists.keySet())
                            + ". Leave layer_replication out, or take a model that is an encoder or"
                            + " a decoder alone.");
        }
        int count = lists.values().iterator().next();
        for (int layer : order) {
            Preconditions.checkArgument(
                    layer < count,
                    "layer_replication names layer %s, and %s has the layers 0 to %s. Correct the"
                            + " ranges; a range ends before its second number.",
                    layer,
                    base.info().className(),
                    count - 1);
        }
        return new ReplicatedNames(lists.firstKey(), order);
    }

    /** The name in the base of a parameter or module of the deeper model. */
    String source(String name) {
        if (!name.startsWith(list + ".")) {
            return name;
        }
        String rest = name.substring(list.length() + 1);
        int dot = rest.indexOf('.');
        String number = dot < 0 ? rest : rest.substring(0, dot);
        int layer = order.get(Integer.parseInt(number));
        return list + "." + layer + (dot < 0 ? "" : rest.substring(dot));
    }
}
