using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Maily.Deploy.Sandbox.Http;

namespace Maily.Deploy.Sandbox.Vercel;

/// <summary>Reads the body of <c>POST /v13/deployments</c>, and refuses what Vercel refuses.</summary>
sealed class VercelDeploymentRequest(VercelCore core, VercelProjectApi projects)
{
    /// <summary>The properties of the public schema, and those that the vercel CLI adds.</summary>
    static readonly HashSet<string> Known = new(StringComparer.Ordinal)
    {
        "alias", "autoAssignCustomDomains", "build", "builds", "cleanUrls", "crons", "customEnvironmentSlugOrId", "deploymentId", "env", "files",
        "forceNew", "framework", "functions", "gitMetadata", "gitSource", "headers", "images", "meta", "monorepoManager", "name", "project",
        "projectSettings", "public", "redirects", "regions", "rewrites", "routes", "source", "target", "trailingSlash", "version",
        "withLatestCommit", "outputDirectory", "buildCommand", "installCommand", "devCommand", "prebuilt", "archive",
    };

    /// <summary>The deployment to make, without its files where they come from elsewhere; or the refusal.</summary>
    public (VercelDeployment? Deployment, VercelAnswer? Refusal) Read(JsonObject body)
    {
        if (Refusal(body) is { } refusal)
            return (null, refusal);
        var now = core.Now;
        var files = Files(body);
        var missing = files.Values.Where(sha => core.State.Blob(sha) is null).Distinct(StringComparer.Ordinal).ToList();
        if (missing.Count > 0)
            return (null, MissingFiles(missing));
        return (new VercelDeployment
        {
            Id = VercelCore.NewId("dpl_"),
            Name = core.State.Project.Name,
            Host = core.NewHost(),
            Target = body.Text("target") is { } target and not "preview" ? target : null,
            ReadyState = "QUEUED",
            Meta = Meta(body),
            Files = files,
            AutoAssignCustomDomains = body.Flag("autoAssignCustomDomains") ?? true,
            CreatedAt = now,
            Source = body.Text("source") ?? (body["gitSource"] is null ? "cli" : "api-trigger-git-deploy"),
            GitSource = (body["gitSource"] as JsonObject)?.ToJsonString(),
            ProjectSettings = (body["projectSettings"] as JsonObject)?.ToJsonString() ?? "{}",
        }, null);
    }

    VercelAnswer? Refusal(JsonObject body)
    {
        if (body.Select(property => property.Key).FirstOrDefault(key => !Known.Contains(key)) is { } unknown)
            return VercelAnswer.BadRequest($"Invalid request: should NOT have additional property `{unknown}`.");
        if (body.Text("name") is null)
            return VercelAnswer.MissingProperty("name");
        if (!projects.Names(body.Text("project") ?? body.Text("name")!))
            return VercelAnswer.ProjectNotFound;
        if (body["files"] is null && body["gitSource"] is null && body["deploymentId"] is null)
            return VercelAnswer.MissingProperty("files");
        if (body.Text("target") is { } target && target is not ("production" or "staging" or "preview"))
            return VercelAnswer.BadRequest("Invalid request: `target` should be equal to one of the allowed values \"production, staging\".");
        if (body["meta"] is JsonObject meta && meta.FirstOrDefault(entry => meta.Text(entry.Key) is null) is { Key: { } wrong })
            return VercelAnswer.BadRequest($"Invalid request: `meta.{wrong}` should be string.");
        return (body["files"] as JsonArray ?? []).Select(FileRefusal).FirstOrDefault(refusal => refusal is not null);
    }

    static VercelAnswer? FileRefusal(JsonNode? item)
    {
        if (item is not JsonObject file || file.Text("file") is not { Length: > 0 } path)
            return VercelAnswer.MissingProperty("file");
        if (path.StartsWith('/') || path.Split('/').Contains(".."))
            return VercelAnswer.Error(400, "invalid_path", $"The path `{path}` is not inside of the deployment");
        return file.Text("sha") is null && file.Text("data") is null ? VercelAnswer.MissingProperty("sha") : null;
    }

    /// <summary>Paths with their SHA-1; content that came along is stored like an upload.</summary>
    ImmutableSortedDictionary<string, string> Files(JsonObject body)
    {
        var files = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var file in (body["files"] as JsonArray ?? []).OfType<JsonObject>())
            files[file.Text("file")!] = file.Text("sha")?.ToLowerInvariant() ?? Keep(file);
        return files.ToImmutable();
    }

    string Keep(JsonObject file)
    {
        var data = file.Text("data")!;
        var content = file.Text("encoding") == "base64" ? Convert.FromBase64String(data) : System.Text.Encoding.UTF8.GetBytes(data);
        var sha = VercelFileApi.Hash(content);
        core.State.Store(sha, content);
        return sha;
    }

    static Dictionary<string, string> Meta(JsonObject body)
    {
        var meta = (body["meta"] as JsonObject ?? []).ToDictionary(entry => entry.Key, entry => entry.Value!.ToString(), StringComparer.Ordinal);
        if (body["gitMetadata"] is JsonObject git && git.Text("commitSha") is { } sha)
            meta.TryAdd("gitCommitSha", sha);
        return meta;
    }

    static VercelAnswer MissingFiles(List<string> missing) => VercelAnswer.Error(
        400,
        "missing_files",
        "Missing files",
        new JsonObject { ["missing"] = new JsonArray([.. missing.Select(sha => (JsonNode)sha)]) });
}
