namespace Maily.Deploy.Sandbox.Trivy;

/// <summary>Looks the packages of an image's layers up in the stand-in's database.</summary>
sealed class TrivyLookup(IReadOnlyList<KnownWeakness> known)
{
    public ScanAnswer Answer(string target, IReadOnlyList<Blob> blobs)
    {
        var system = blobs.LastOrDefault(blob => blob.System is not null)?.System;
        var answer = new ScanAnswer { System = system };
        if (system is not null)
            answer.Results.Add(new()
            {
                Target = $"{target} ({system.Family} {system.Name})", Class = "os-pkgs", Type = system.Family,
                Weaknesses = [.. blobs.SelectMany(blob => blob.Lists).SelectMany(list => list.Packages).SelectMany(package => OfDistribution(system.Family, package))],
            });
        answer.Results.AddRange(blobs.SelectMany(blob => blob.Applications).GroupBy(application => application.Type, StringComparer.Ordinal).Select(group => new ScanResult
        {
            Target = group.Key, Class = "lang-pkgs", Type = group.Key,
            Weaknesses = [.. group.SelectMany(application => application.Packages).SelectMany(package => Of(group.Key, package.Name, package.Version, package))],
        }));
        return answer;
    }

    // Advisories of distributions speak of source packages.
    IEnumerable<FoundWeakness> OfDistribution(string family, Package package) => package.SourceName.Length == 0
        ? Of(family, package.Name, Full(package.Epoch, package.Version, package.Release), package)
        : Of(family, package.SourceName, Full(package.SourceEpoch, package.SourceVersion, package.SourceRelease), package);

    IEnumerable<FoundWeakness> Of(string type, string name, string version, Package package) =>
        from weakness in known
        where weakness.Type == type && weakness.Package == name && weakness.Concerns(version)
        select new FoundWeakness
        {
            Id = weakness.Id, Package = package.Name, Installed = Full(package.Epoch, package.Version, package.Release), Fixed = weakness.FixedIn,
            Title = weakness.Title, Severity = weakness.Severity, Path = package.FilePath, PackageId = package.Id,
        };

    static string Full(int epoch, string version, string release) => $"{(epoch > 0 ? $"{epoch}:" : "")}{version}{(release.Length > 0 ? $"-{release}" : "")}";
}
