using Microsoft.Extensions.Logging;

namespace Maily.Deploy.Images.Progress;

/// <summary>Says how far the build or push of one image is: each step when it begins, and what goes on when one takes long.</summary>
sealed class ImageProgress : IDisposable
{
    /// <summary>After so long without news, what goes on is said again.</summary>
    public static readonly TimeSpan Pulse = TimeSpan.FromSeconds(10);

    const int Width = 100;

    readonly Lock gate = new();
    readonly Dictionary<string, (string Status, long Sent, long Total)> layers = new(StringComparer.Ordinal);
    readonly ILogger log;
    readonly string image;
    readonly TimeProvider time;
    readonly ITimer timer;
    string step = "";
    string? last;
    long began;

    public ImageProgress(ILogger log, string image, TimeProvider time)
    {
        (this.log, this.image, this.time, began) = (log, image, time, time.GetTimestamp());
        timer = time.CreateTimer(_ => SayWhatGoesOn(), null, Pulse, Pulse);
    }

    /// <summary>A step begins.</summary>
    /// <param name="number">Which of how many: <c>3/7</c>.</param>
    /// <param name="what">The instruction.</param>
    public void Step(string number, string what)
    {
        lock (gate)
            (step, last, began) = ($"step {number}, {Short(what)}", null, time.GetTimestamp());
        timer.Change(Pulse, Pulse);
        log.LogInformation("{Image}: step {Number}, {What}", image, number, Short(what));
    }

    /// <summary>A line of output.</summary>
    public void Line(string line)
    {
        lock (gate)
            last = line;
        log.LogDebug("{Image}: {Line}", image, line);
    }

    /// <summary>The state of a layer that is sent.</summary>
    public void Layer(string id, string status, long sent, long total)
    {
        lock (gate)
        {
            var known = layers.GetValueOrDefault(id);
            layers[id] = (status, Math.Max(sent, known.Sent), Math.Max(total, known.Total));
            step = PushText();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => timer.Dispose();

    string PushText()
    {
        var done = layers.Values.Count(layer => layer.Status is "Pushed" or "Layer already exists" || layer.Status.StartsWith("Mounted", StringComparison.Ordinal));
        return $"{done} of {layers.Count} layers, {Bytes.Text(layers.Values.Sum(layer => layer.Sent))} of {Bytes.Text(layers.Values.Sum(layer => layer.Total))} sent";
    }

    void SayWhatGoesOn()
    {
        string text;
        lock (gate)
            text = $"{(step.Length == 0 ? "sending the files" : step)}, for {time.GetElapsedTime(began).TotalSeconds:0} s{(last is null ? "" : $": {Short(last)}")}";
        log.LogInformation("{Image}: {Text}", image, text);
    }

    static string Short(string text) => text.Length <= Width ? text : text[..(Width - 3)] + "...";
}
