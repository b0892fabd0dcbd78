"""Every field that the app knew has a home in a view, or a reason why it has none."""

from laurels.migrations import views

EVERYWHERE = ("id", "created_at", "updated_at")
FIELDS = {
    "shops": """
        shop_domain access_token loyalty_enabled points_per_dollar welcome_points
        referral_points_referrer referral_points_referee points_expire_enabled points_expire_days
        brand_color loyalty_program_name email_notifications_enabled sms_notifications_enabled""",
    "customer_loyalty_profiles": """
        shop_id shopify_customer_id email first_name last_name phone points_balance
        lifetime_points_earned lifetime_points_redeemed lifetime_spent lifetime_orders
        current_tier_id tier_achieved_at tier_expires_at last_purchase_at last_login_at
        last_points_earned_at email_opt_in sms_opt_in birthday is_active is_vip""",
    "point_transactions": """
        customer_id transaction_type points_amount points_balance_after source source_id
        description order_id campaign_id redemption_id expires_at expired_at created_by""",
    "tier_definitions": """
        shop_id name description tier_level color icon tier_type min_points_required
        min_spend_required min_orders_required qualification_period_days points_multiplier
        discount_percentage free_shipping early_access birthday_bonus_points requires_maintenance
        maintenance_period_days is_active is_default""",
    "customer_tier_history": """
        customer_id tier_id achieved_at expires_at reason points_at_achievement
        spend_at_achievement orders_at_achievement is_current ended_at""",
    "reward_definitions": """
        shop_id name description reward_type points_cost reward_value is_active is_featured
        max_redemptions_per_customer max_redemptions_total current_redemptions valid_from
        valid_until min_tier_level allowed_tier_ids image_url sort_order""",
    "redemption_logs": """
        customer_id reward_id points_spent status discount_code discount_amount reward_data
        used_at used_order_id expires_at failure_reason retry_count redeemed_at processed_at""",
    "campaigns": "",
    "campaign_participations": "",
    "referral_links": "",
    "referral_clicks": "",
    "referral_conversions": "",
    "loyalty_analytics": "",
    "customer_segments": """
        shop_id name description segment_type criteria customer_count avg_lifetime_value
        avg_points_balance is_active auto_update last_computed_at""",
    "customer_segment_memberships": """
        segment_id customer_id added_at removed_at is_active qualification_reason
        qualification_data""",
}
"""The app's fifteen tables and what they had; those of rooms that are not built are not told."""

NO_VIEW = {
    "campaigns": "comes with campaigns",
    "campaign_participations": "comes with campaigns",
    "referral_links": "comes with referrals",
    "referral_clicks": "comes with referrals",
    "referral_conversions": "comes with referrals",
    "loyalty_analytics": "comes with analytics",
}
NO_FIELD = {
    "shops.access_token": "a secret is no field of a report",
    "point_transactions.campaign_id": "comes with campaigns",
    "point_transactions.updated_at": "a transaction never changes",
    "customer_tier_history.updated_at": "a standing ends, and says when",
    "customer_segment_memberships.created_at": "added_at is when it was made",
    "customer_segment_memberships.updated_at": "a stay ends, and says when",
}


def test_every_field_has_a_home_or_a_reason():
    there = views.described()["loyalty_app"]
    missing = {view for view in FIELDS if view not in there}
    lacking = {
        f"{view}.{field}"
        for view, fields in FIELDS.items()
        if view in there
        for field in (*EVERYWHERE, *fields.split())
        if field not in there[view].parts
    }

    assert missing == set(NO_VIEW)
    assert lacking == set(NO_FIELD)


def test_no_view_has_a_name_that_the_app_did_not_have():
    assert set(views.described()["loyalty_app"]) - {"loyalty_app"} <= set(FIELDS)
