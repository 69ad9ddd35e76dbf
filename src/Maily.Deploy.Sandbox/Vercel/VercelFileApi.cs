using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace Maily.Deploy.Sandbox.Vercel;

/// <summary>Upload of files, each named by its SHA-1.</summary>
sealed class VercelFileApi(VercelCore core)
{
    public IEnumerable<VercelRoute> Routes => [VercelRoute.Of("POST", "v2", "/files", UploadAsync)];

    async Task<VercelAnswer?> UploadAsync(VercelCall call)
    {
        var headers = call.Http.Request.Headers;
        var digest = headers["x-vercel-digest"].FirstOrDefault() ?? headers["x-now-digest"].FirstOrDefault();
        if (digest is null)
            return VercelAnswer.Error(400, "missing_digest", "The header `x-vercel-digest` is required");
        using var content = new MemoryStream();
        await call.Http.Request.Body.CopyToAsync(content, call.Http.RequestAborted);
        var bytes = content.ToArray();
        if (!Hash(bytes).Equals(digest, StringComparison.OrdinalIgnoreCase))
            return VercelAnswer.Error(400, "invalid_digest", "The digest of the file does not match the header `x-vercel-digest`");
        core.State.Store(digest.ToLowerInvariant(), bytes);
        return VercelAnswer.Ok(new JsonObject { ["urls"] = new JsonArray() });
    }

    /// <summary>SHA-1 because Vercel's protocol names files by it.</summary>
    public static string Hash(byte[] content) => Convert.ToHexStringLower(SHA1.HashData(content));
}
