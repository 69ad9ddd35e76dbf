namespace Maily.Deploy.Rehearsals.Platform;

/// <summary>Paths inside src/Platform of the repository that these tests were built from.</summary>
static class PlatformFolder
{
    public static readonly string[] Services = ["api-gateway", "campaign-worker", "vector-search"];

    public static string Path(params string[] parts) => System.IO.Path.Combine([Root(), "src", "Platform", .. parts]);

    static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(System.IO.Path.Combine(folder.FullName, "Maily.Deploy.slnx")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new DirectoryNotFoundException($"No Maily.Deploy.slnx above {AppContext.BaseDirectory}.");
    }
}
