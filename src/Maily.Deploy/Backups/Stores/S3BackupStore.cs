using System.Collections.Immutable;
using System.Net;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using Amazon.S3.Transfer;

namespace Maily.Deploy.Backups.Stores;

/// <summary>
/// Backups in S3, or in what speaks its protocol: encrypted by the server too, big files in parts, each file's checksum
/// compared after it has arrived.
/// </summary>
public sealed class S3BackupStore(S3Place place) : IBackupStore, IDisposable
{
    readonly S3Requests requests = new(place);
    readonly AmazonS3Client client = new S3Requests(place).Client();

    /// <inheritdoc/>
    public string Location => $"{place} in {place.Aws.Region}";

    /// <inheritdoc/>
    public string AddressOf(string backup) => $"{place}/{backup}";

    /// <inheritdoc/>
    public void Dispose() => client.Dispose();

    /// <inheritdoc/>
    public Task PutAsync(string backup, BackupFile file, string path, CancellationToken cancellation) => AskAsync($"did not take {file.Name}", async () =>
    {
        using var transfer = new TransferUtility(client, new TransferUtilityConfig { MinSizeBeforePartUpload = S3Requests.PartSize });
        await transfer.UploadAsync(requests.Upload(backup, file.Name, path), cancellation);
        if (!await ArrivedAsync(backup, file, path, cancellation))
            throw new BackupStoreException(Location, $"has something else in {file.Name} than was sent there", null);
        File.Delete(path);
        return true;
    });

    /// <inheritdoc/>
    public Task CompleteAsync(string backup, string receipt, CancellationToken cancellation) =>
        AskAsync("did not take the receipt", () => client.PutObjectAsync(requests.Receipt(backup, receipt), cancellation));

    /// <inheritdoc/>
    public Task<string?> FindReceiptAsync(string backup, CancellationToken cancellation) => AskAsync("did not give the receipt", async () =>
    {
        try
        {
            using var answer = await client.GetObjectAsync(place.Bucket, requests.KeyOf(backup, BackupReceipt.FileName), cancellation);
            using var reader = new StreamReader(answer.ResponseStream);
            return await reader.ReadToEndAsync(cancellation);
        }
        catch (AmazonS3Exception missing) when (missing is { StatusCode: HttpStatusCode.NotFound, ErrorCode: not "NoSuchBucket" })
        {
            return null;
        }
    });

    /// <inheritdoc/>
    public Task<Stream> OpenAsync(string backup, string file, CancellationToken cancellation) => AskAsync($"did not give {file}", async () =>
    {
        try
        {
            return (await client.GetObjectAsync(place.Bucket, requests.KeyOf(backup, file), cancellation)).ResponseStream;
        }
        catch (AmazonS3Exception missing) when (missing is { StatusCode: HttpStatusCode.NotFound, ErrorCode: not "NoSuchBucket" })
        {
            throw new BackupDamagedException(AddressOf(backup), $"{file} is missing");
        }
    });

    /// <inheritdoc/>
    public Task<ImmutableArray<string>> FilesAsync(string backup, CancellationToken cancellation) => AskAsync("did not list a backup", async () =>
    {
        var begin = requests.KeyOf(backup, "");
        var names = new List<string>();
        await foreach (var item in client.Paginators.ListObjectsV2(new() { BucketName = place.Bucket, Prefix = begin }).S3Objects.WithCancellation(cancellation))
            names.Add(item.Key[begin.Length..]);
        return names.Where(name => name != BackupReceipt.FileName).Order(StringComparer.Ordinal).ToImmutableArray();
    });

    /// <inheritdoc/>
    public Task<ImmutableArray<string>> ListAsync(CancellationToken cancellation) => AskAsync("did not list the backups", async () =>
    {
        var names = new List<string>();
        // All keys, since not every server that speaks the protocol groups them as it should.
        await foreach (var item in client.Paginators.ListObjectsV2(new() { BucketName = place.Bucket, Prefix = place.Prefix }).S3Objects.WithCancellation(cancellation))
            names.Add(item.Key);
        await foreach (var upload in UploadsAsync(place.Prefix, cancellation))
            names.Add(upload.Key);
        return names.Select(key => key[place.Prefix.Length..].Split('/')).Where(parts => parts.Length > 1).Select(parts => parts[0])
            .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToImmutableArray();
    });

    /// <inheritdoc/>
    public Task DeleteAsync(string backup, CancellationToken cancellation) => AskAsync("did not delete a backup", async () =>
    {
        var receipt = requests.KeyOf(backup, BackupReceipt.FileName);
        foreach (var group in (await VersionsAsync(requests.KeyOf(backup, ""), cancellation)).GroupBy(item => item.Key == receipt).OrderByDescending(group => group.Key))
            await Parallel.ForEachAsync(group, cancellation, async (item, token) =>
                await client.DeleteObjectAsync(new() { BucketName = place.Bucket, Key = item.Key, VersionId = item.Version }, token));
        await foreach (var upload in UploadsAsync(requests.KeyOf(backup, ""), cancellation))
            await client.AbortMultipartUploadAsync(place.Bucket, upload.Key, upload.UploadId, cancellation);
        return true;
    });

    async Task<bool> ArrivedAsync(string backup, BackupFile file, string path, CancellationToken cancellation)
    {
        var key = requests.KeyOf(backup, file.Name);
        if (requests.KnowsChecksums
            && await client.GetObjectMetadataAsync(new GetObjectMetadataRequest { BucketName = place.Bucket, Key = key, ChecksumMode = ChecksumMode.ENABLED }, cancellation) is { ChecksumSHA256: { Length: > 0 } kept } known)
            return known.ContentLength == file.Bytes && kept == await S3Requests.ChecksumAsync(path, cancellation);
        using var answer = await client.GetObjectAsync(place.Bucket, key, cancellation);
        return await StoredContent.OfAsync(file.Name, answer.ResponseStream, cancellation) is var stored && (stored.Bytes, stored.Sha256) == (file.Bytes, file.Sha256);
    }

    // In a bucket that keeps versions, deleting a name alone would keep the data.
    async Task<ImmutableArray<(string Key, string? Version)>> VersionsAsync(string prefix, CancellationToken cancellation)
    {
        var found = ImmutableArray.CreateBuilder<(string, string?)>();
        try
        {
            await foreach (var item in client.Paginators.ListVersions(new() { BucketName = place.Bucket, Prefix = prefix }).Versions.WithCancellation(cancellation))
                found.Add((item.Key, item.VersionId is "null" ? null : item.VersionId));
        }
        catch (AmazonS3Exception unknown) when (IsUnknown(unknown))
        {
            await foreach (var item in client.Paginators.ListObjectsV2(new() { BucketName = place.Bucket, Prefix = prefix }).S3Objects.WithCancellation(cancellation))
                found.Add((item.Key, null));
        }

        return found.ToImmutable();
    }

    // Uploads in parts that a killed run has left: invisible, and paid for.
    async IAsyncEnumerable<MultipartUpload> UploadsAsync(string prefix, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        var uploads = client.Paginators.ListMultipartUploads(new() { BucketName = place.Bucket, Prefix = prefix }).Uploads.GetAsyncEnumerator(cancellation);
        await using (uploads)
            while (await NextAsync(uploads))
                yield return uploads.Current;
    }

    // Other servers than AWS know neither versions nor lists of uploads.
    static bool IsUnknown(AmazonS3Exception refused) => refused.StatusCode is HttpStatusCode.NotImplemented or HttpStatusCode.MethodNotAllowed;

    static async Task<bool> NextAsync(IAsyncEnumerator<MultipartUpload> uploads)
    {
        try
        {
            return await uploads.MoveNextAsync();
        }
        catch (AmazonS3Exception unknown) when (IsUnknown(unknown))
        {
            return false;
        }
    }

    // AWS's own texts may quote the key id and the signed request, so only the error's name is shown.
    async Task<T> AskAsync<T>(string what, Func<Task<T>> ask)
    {
        try
        {
            return await ask();
        }
        catch (Exception refused) when (refused is AmazonServiceException or AmazonClientException or HttpRequestException)
        {
            throw new BackupStoreException(Location, what, refused is AmazonServiceException { ErrorCode: { Length: > 0 } code } ? code : refused.GetType().Name, refused);
        }
    }
}
