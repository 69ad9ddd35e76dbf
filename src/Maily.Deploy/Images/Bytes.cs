namespace Maily.Deploy.Images;

/// <summary>Sizes for people.</summary>
static class Bytes
{
    /// <summary>The size with one digit after the point: <c>5.4 GB</c>, <c>12 kB</c>.</summary>
    public static string Text(long bytes) => bytes switch
    {
        >= 1_000_000_000 => $"{bytes / 1e9:0.0} GB",
        >= 1_000_000 => $"{bytes / 1e6:0.0} MB",
        >= 1_000 => $"{bytes / 1e3:0} kB",
        _ => $"{bytes} B",
    };
}
