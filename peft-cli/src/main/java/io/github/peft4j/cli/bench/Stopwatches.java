package io.github.peft4j.cli.bench;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.lang.management.ManagementFactory;
import java.util.Arrays;

/** Wall clock and processor time of steps. */
final class Stopwatches {

    private final double[] wall;
    private final double[] cpu;
    private int count;
    private long wallStart;
    private long cpuStart;

    Stopwatches(int steps) {
        wall = new double[steps];
        cpu = new double[steps];
    }

    void start() {
        wallStart = System.nanoTime();
        cpuStart = processCpu();
    }

    void stop() {
        wall[count] = (System.nanoTime() - wallStart) / 1e9;
        cpu[count] = (processCpu() - cpuStart) / 1e9;
        count++;
    }

    /** How many steps were timed. */
    int count() {
        return count;
    }

    /** Seconds of a step. */
    double seconds(int step) {
        return wall[step];
    }

    /** Seconds of the steps after the warm-up. */
    double total(int warmup) {
        return Arrays.stream(wall, warmup, count).sum();
    }

    void putInto(JsonObject result, int warmup) {
        result.add("step_seconds", quantiles(Arrays.copyOfRange(wall, warmup, count)));
        result.add("step_seconds_all", array(Arrays.copyOf(wall, count)));
        result.add("step_cpu_seconds", quantiles(Arrays.copyOfRange(cpu, warmup, count)));
    }

    static JsonArray array(double[] values) {
        JsonArray all = new JsonArray();
        Arrays.stream(values).forEach(all::add);
        return all;
    }

    static JsonObject quantiles(double[] samples) {
        double[] values = samples.clone();
        Arrays.sort(values);
        JsonObject json = new JsonObject();
        json.addProperty("median", at(values, 0.5));
        json.addProperty("p10", at(values, 0.1));
        json.addProperty("p90", at(values, 0.9));
        return json;
    }

    private static double at(double[] sorted, double share) {
        double position = share * (sorted.length - 1);
        int below = (int) Math.floor(position);
        int above = (int) Math.ceil(position);
        return sorted[below] + (position - below) * (sorted[above] - sorted[below]);
    }

    private static long processCpu() {
        var bean = ManagementFactory.getOperatingSystemMXBean();
        return bean instanceof com.sun.management.OperatingSystemMXBean process
                ? process.getProcessCpuTime()
                : 0;
    }
}
