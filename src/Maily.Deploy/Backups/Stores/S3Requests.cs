using System.Security.Cryptography;
using Amazon.S3;
using Amazon.S3.Model;
using Amazon.S3.Transfer;

namespace Maily.Deploy.Backups.Stores;

/// <summary>What is asked of S3, as values.</summary>
sealed class S3Requests(S3Place place)
{
    /// <summary>A file that is bigger is sent in parts of this size.</summary>
    public const long PartSize = 16 * 1024 * 1024;

    /// <summary>
    /// The real service keeps checksums. Of others that speak its protocol it is not known: they are not bothered with them, and
    /// what they keep is read back.
    /// </summary>
    public bool KnowsChecksums => place.Aws.EndpointUrl is null;

    public AmazonS3Config Config()
    {
        var config = place.Aws.Configure(new AmazonS3Config());
        config.Timeout = TimeSpan.FromMinutes(5);
        config.ForcePathStyle = place.Aws.EndpointUrl is not null;
        if (!KnowsChecksums)
            (config.RequestChecksumCalculation, config.ResponseChecksumValidation) = (Amazon.Runtime.RequestChecksumCalculation.WHEN_REQUIRED, Amazon.Runtime.ResponseChecksumValidation.WHEN_REQUIRED);
        return config;
    }

    public AmazonS3Client Client() => KnowsChecksums ? new AmazonS3Client(place.Aws.Credentials(), Config()) : new PlainS3Client(place, Config());

    public string KeyOf(string backup, string file) => $"{place.Prefix}{backup}/{file}";

    public TransferUtilityUploadRequest Upload(string backup, string file, string path) => new()
    {
        BucketName = place.Bucket,
        Key = KeyOf(backup, file),
        FilePath = path,
        PartSize = PartSize,
        ChecksumAlgorithm = KnowsChecksums ? ChecksumAlgorithm.SHA256 : null,
        ServerSideEncryptionMethod = place.KmsKey is null ? ServerSideEncryptionMethod.AES256 : ServerSideEncryptionMethod.AWSKMS,
        ServerSideEncryptionKeyManagementServiceKeyId = place.KmsKey,
    };

    public PutObjectRequest Receipt(string backup, string text) => new()
    {
        BucketName = place.Bucket,
        Key = KeyOf(backup, BackupReceipt.FileName),
        ContentBody = text,
        ContentType = "application/json",
        ServerSideEncryptionMethod = place.KmsKey is null ? ServerSideEncryptionMethod.AES256 : ServerSideEncryptionMethod.AWSKMS,
        ServerSideEncryptionKeyManagementServiceKeyId = place.KmsKey,
    };

    /// <summary>The checksum as S3 keeps it: SHA-256 of the file; of one in parts, SHA-256 over those of the parts, and their number.</summary>
    public static async Task<string> ChecksumAsync(string path, CancellationToken cancellation)
    {
        await using var stream = File.OpenRead(path);
        if (stream.Length < PartSize)
            return Convert.ToBase64String(await SHA256.HashDataAsync(stream, cancellation));
        using var all = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var (buffer, parts) = (new byte[PartSize], 0);
        for (int read; (read = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellation)) > 0; parts++)
            all.AppendData(SHA256.HashData(buffer.AsSpan(0, read)));
        return $"{Convert.ToBase64String(all.GetHashAndReset())}-{parts}";
    }
}
